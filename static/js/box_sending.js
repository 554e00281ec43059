// Boxes go to the outbox and stay there until the server has them; what meets another's answer is shown to the person.
import { spoken } from "./box_drawing.js";
import { drawKey, openOutbox } from "./outbox.js";
import { showSaving } from "./review_signs.js";

const BOX = "coinsite-boxes";
const EDGES = ["left", "top", "right", "bottom"];
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const place = document.querySelector("#conflicts");
const panel = document.querySelector("#conflict-panel");

export async function openSending(state, size, { name, met }) {
  const addresses = document.querySelector("#boxes").dataset;
  let shown = "";
  let added = Promise.resolve();

  const outbox = await openOutbox(state.user, changed, BOX);

  function changed(now) {
    showSaving(now);
    if (now.sending) return;
    met(now.attention.filter((entry) => entry.question.side === state.side && entry.state === "conflict"));
    const signs = now.attention.map((entry) => entry.sequence).join();
    if (signs === shown) return; // nothing moves under the cursor
    shown = signs;
    place.replaceChildren(...now.attention.map(panelOf));
  }

  function add(does, body, figure) {
    const { side, face, coin, thumbnail } = state;
    const question = { id: figure.id, side, face, coin, thumbnail, name: name(figure.concept), address: location.pathname };
    added = outbox.add({ does, address: addresses[`${does}To`], body, question });
    return added;
  }

  function panelOf(entry) {
    const drawn = panel.content.cloneNode(true);
    const { question, theirs, state: stage, detail } = entry;
    const last = entry.last.body;
    const put = (part, words) => (drawn.querySelector(`[data-${part}]`).textContent = words);
    drawn.querySelector("[data-picture]").src = question.thumbnail;
    put("question", `${question.name} on the ${question.face} of ${question.coin}`);
    put("yours", `You: ${said(last)}`);
    if (stage === "conflict") put("theirs", `${theirs.who} changed this box in the meantime, ${moment.format(new Date(theirs.when))}: ${said(theirs)}`);
    else put("theirs", `This could not be saved. ${detail}`);
    const [keep, again, open] = ["keep", "again", "open"].map((part) => drawn.querySelector(`[data-${part}]`));
    keep.textContent = stage === "conflict" ? "Keep theirs" : "Dismiss";
    again.hidden = stage !== "conflict";
    open.hidden = question.side === state.side;
    open.href = question.address;
    keep.addEventListener("click", () => outbox.remove(entry).then(() => stage === "conflict" || location.reload()), { once: true });
    again.addEventListener("click", () => putAgain(entry), { once: true });
    return drawn;
  }

  /** This person's box in the place of the other's. The page then begins anew from what stands. */
  async function putAgain(entry) {
    const { theirs, last: { body: last } } = entry;
    const body = "left" in last ? { ...last, replaces: theirs.key } : { of: theirs.key };
    const does = "left" in last ? "draw" : "remove";
    await outbox.add({ does, address: addresses[`${does}To`], body: { ...body, key: drawKey() }, question: entry.question });
    await outbox.remove(entry);
    location.reload();
  }

  function said(row) {
    if (!("left" in row) || row.removed) return "removed.";
    return `${name(row.concept)}, ${spoken(EDGES.map((edge) => row[edge] * size))}.`;
  }

  return {
    send: () => outbox.send(),
    /** Resolves once everything is on the disk. */
    kept: () => added,
    settle(figure) {
      const [key, before] = [drawKey(), figure.tip];
      if (figure.removed && !before) return;
      figure.tip = key;
      if (figure.removed) return add("remove", { of: before, key }, figure);
      const edges = Object.fromEntries(EDGES.map((edge, index) => [edge, figure.box[index] / size]));
      const body = { side: state.side, concept: figure.concept, ...edges, replaces: before, guess: figure.byHand ? "" : "1", key };
      return add("draw", body, figure);
    },
    copy: (figure) => add("copy", { of: figure.tip, side: state.other.side, key: drawKey() }, { ...figure, id: drawKey() }),
    /** After a reload: what was done here and is not acknowledged yet is done again on the page. */
    async replay(figures) {
      for (const { does, question, body, state: stage } of await outbox.entries()) {
        if (stage !== "waiting" || question.side !== state.side || does === "copy" || figures.find(body.key)) continue;
        const before = figures.find(body.of ?? body.replaces);
        if (!before && (body.of || body.replaces)) continue;
        figures.replay(question.id, before, body);
      }
    },
  };
}
