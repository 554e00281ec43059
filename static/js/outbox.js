// What an expert did, kept in the browser until the server has acknowledged it: closed tabs, lost networks and ended
// sessions lose nothing, and the key in every entry makes a repetition harmless.
import { postJson } from "./posting.js";

const STORE = "entries";
const ACKNOWLEDGED = "coinsite-acknowledged"; // when, in the session of this tab, by whichever page
const FIRST_DELAY = 1000; // ms
const LONGEST_DELAY = 30000; // ms

/** `name`: each page that answers questions of its own kind keeps them in a box of its own. */
export async function openOutbox(user, changed, name = "coinsite-outbox") {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "sequence", autoIncrement: true });
  return new Outbox(await settled(request), user, changed, name);
}

/** A version 4 UUID; drawn by hand where the page is not served by https and the browser therefore offers none. */
export function drawKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

class Outbox {
  #name;
  #database;
  #user;
  #changed;
  #delay = FIRST_DELAY;
  #timer = 0;
  #running = false;
  #again = false;

  constructor(database, user, changed, name) {
    this.#name = name;
    this.#database = database;
    this.#user = user;
    this.#changed = changed;
    for (const [target, name] of [[window, "online"], [window, "focus"], [document, "visibilitychange"]]) {
      target.addEventListener(name, () => this.send());
    }
  }

  /** Whether something was acknowledged, in this tab, after this page was asked for: then it may be older than that. */
  get overtook() {
    const at = Number(sessionStorage.getItem(ACKNOWLEDGED));
    return at >= performance.timeOrigin && at <= Date.now(); // a clock that was set back says nothing
  }

  /** Resolves once the entry is on the disk. */
  async add(entry) {
    this.#changed({ waiting: 1, sending: true });
    await this.#write("add", { ...entry, user: this.#user, state: "waiting" });
    this.send();
  }

  /** Entries of this person, oldest first. */
  async entries() {
    const all = await settled(this.#database.transaction(STORE).objectStore(STORE).getAll());
    return all.filter((entry) => entry.user === this.#user);
  }

  async remove(entry) {
    await this.#write("delete", entry.sequence);
    await this.#tell();
  }

  /** Send what waits, in order. Another tab may be at it: then this one comes after it, and finds nothing left. */
  async send() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      // Without https the browser gives no locks; two tabs may then send the same entry, and its key makes that one row.
      if (navigator.locks) await navigator.locks.request(this.#name, () => this.#drain());
      else await this.#drain();
    } finally {
      this.#running = false;
      if (this.#again) {
        this.#again = false;
        this.send();
      }
    }
  }

  async #drain() {
    for (;;) {
      const entry = (await this.entries()).find((each) => each.state === "waiting");
      if (!entry) return this.#tell();
      await this.#tell({ sending: true });
      const { status, said } = await postJson(entry.address, { ...entry.body, user: this.#user });
      if ((status === 200 || status === 201) && said) await this.#done(entry);
      else if (status === 409 && said) await this.#setAside(entry, { state: "conflict", theirs: said.theirs });
      else if (status === 400 || status === 404) await this.#setAside(entry, { state: "refused", detail: said?.detail ?? "" });
      else return this.#tryLater(status, said);
      this.#delay = FIRST_DELAY;
    }
  }

  #done(entry) {
    sessionStorage.setItem(ACKNOWLEDGED, Date.now());
    return this.#write("delete", entry.sequence);
  }

  /** A person has to choose. What was meant to follow on the same question goes with it; `last` is what counts. */
  async #setAside(entry, outcome) {
    const same = (await this.entries()).filter((each) => each.state === "waiting" && each.question.id === entry.question.id);
    const last = same.at(-1);
    const answer = last.body.answer ?? last.does;
    await this.#write("put", { ...entry, ...outcome, answer, last: { does: last.does, body: last.body } });
    for (const each of same) if (each.sequence !== entry.sequence) await this.#write("delete", each.sequence);
  }

  #tryLater(status, said) {
    this.#timer = setTimeout(() => this.send(), this.#delay);
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY);
    const signedOut = status === 401 || status === 403;
    return this.#tell({ signedOut, detail: said?.detail ?? "" });
  }

  async #tell(now = {}) {
    const entries = await this.entries();
    const waiting = entries.filter((entry) => entry.state === "waiting").length;
    this.#changed({ waiting, attention: entries.filter((entry) => entry.state !== "waiting"), ...now });
  }

  #write(method, value) {
    const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.objectStore(STORE)[method](value);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
