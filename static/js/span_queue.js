// What the last text left unsent goes out from here too.
import { openOutbox } from "./outbox.js";

const outbox = await openOutbox(Number(document.querySelector("#queue").dataset.user), () => {}, "coinsite-spans");
outbox.send();
