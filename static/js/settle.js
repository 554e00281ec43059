// A disagreement is settled by the same keys as a question is answered. Each answer is a plain form with a key of its
// own, so that a double click is one row.
import { listenToKeys } from "./review_keys.js";

listenToKeys(document.querySelector("#settle"));
document.documentElement.classList.add("scripted");
