// The page's behaviour: it draws nothing itself, it fetches the regions that changed and passes on what people do.
"use strict";

const REGIONS = ["top", "guide", "sidebar", "main", "thread", "modal", "mail", "traffic"];
const NARROW = matchMedia("(max-width: 860px)");
const PATIENCE = 30_000;
const shown = {};
let place = Object.fromEntries(new URLSearchParams(location.search));
let version = Number(document.body.dataset.version);
let writer = {};
let used = null;  // what somebody clicked last
let asked = 0;
let walking = false;

const region = (name) => document.querySelector(`[data-region="${name}"]`);
const query = () => new URLSearchParams(Object.entries(place).filter(([, value]) => value)).toString();
const me = () => place.as || "U0ALICE";
const box = () => document.querySelector("[data-mailbox].open")?.dataset.place;

async function tell(act, body, { quiet = false } = {}) {
  const answer = await fetch(`/_control/${act}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const result = await answer.json().catch(() => ({ error: "The sandbox itself failed: its own output says why." }));
  if (!answer.ok) toast(result.error);
  else if (result.acked === false) toast("The app did not answer in time. Is it running?");
  if (!quiet) await refresh();
  return answer.ok ? result : null;
}

function toast(words) {
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = words;
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), 6000);
}

// Only the newest question is drawn, and nothing while the story changes who looks at what.
async function refresh() {
  const mine = ++asked;
  const answer = await fetch(`/page/parts?${query()}`);
  const { version: fresh, regions } = await answer.json();
  if (mine !== asked || walking) return;
  version = fresh;
  const changed = REGIONS.filter((name) => regions[name] !== shown[name]).map((name) => put(name, regions[name]));
  settle();
  for (const scroll of changed) scroll?.();
  answered();
}

function put(name, html) {
  const target = region(name);
  if (name !== "modal" && target.querySelector("details[open]")) return null;  // somebody reads there; it is drawn when they are done
  const feed = target.querySelector(".feed");
  const place_before = feed && (feed.dataset.thread || feed.dataset.channel);
  const low = !feed || feed.scrollHeight - feed.scrollTop - feed.clientHeight < 120;
  const top = feed ? feed.scrollTop : 0;
  const whispers = lastWhisper(target);
  const focused = name !== "modal" && target.contains(document.activeElement) ? likeness(document.activeElement, target) : null;
  const kept = name === "modal" ? typed(target) : null;
  target.innerHTML = html;
  shown[name] = html;
  const fresh = target.querySelector(".feed");
  const same = fresh && (fresh.dataset.thread || fresh.dataset.channel) === place_before;
  if (kept) retype(target, kept);
  if (focused) alike(focused, target)?.focus({ preventScroll: true });
  return () => {
    if (!fresh) return;
    const home = fresh.classList.contains("home"); // Home is read from the top, messages from the bottom
    if (home) fresh.scrollTop = same ? top : 0;
    else fresh.scrollTop = low || !same ? fresh.scrollHeight : top;
    if (same && lastWhisper(target) !== whispers) [...target.querySelectorAll(".whisper")].at(-1)?.scrollIntoView();
  };
}

// Whoever works by keyboard stays where they were when a part is drawn anew: the element of the same kind is found.
const MARKS = ["act", "action", "go", "place", "callback", "step", "kind"];

function likeness(one, target) {
  const seen = [one.tagName, one.closest(".message")?.id || "", ...MARKS.map((mark) => one.dataset[mark] || "")].join("|");
  return { seen, place: twins(seen, target).indexOf(one) };
}

function twins(seen, target) {
  const able = [...target.querySelectorAll("button, a, select, input, textarea, summary")];
  return able.filter((each) => [each.tagName, each.closest(".message")?.id || "", ...MARKS.map((mark) => each.dataset[mark] || "")].join("|") === seen);
}

const alike = ({ seen, place }, target) => twins(seen, target)[Math.max(0, place)];

// What only this person sees is an answer to what they just did: it is brought into sight.
const lastWhisper = (target) => [...target.querySelectorAll(".whisper")].at(-1)?.dataset.ts;

// What stands in a dialog stays when the app draws it anew, as long as the same input is there.
function typed(target) {
  const form = target.querySelector(".modal");
  if (!form) return { view: "", values: {}, focus: "" };
  const focus = document.activeElement?.closest?.("[data-input]");
  const values = {};
  for (const one of form.querySelectorAll("[data-input]")) values[key(one)] = valueOf(one);
  return { view: form.dataset.view, values, focus: focus ? key(focus) : "" };
}

function retype(target, kept) {
  const form = target.querySelector(".modal");
  if (!form) return;
  const inputs = [...form.querySelectorAll("[data-input]")];
  if (form.dataset.view === kept.view) {
    for (const one of inputs) if (key(one) in kept.values) setValue(one, kept.values[key(one)]);
    inputs.find((one) => key(one) === kept.focus)?.focus();
  } else (inputs[0] || form.querySelector("[data-submit]") || form.querySelector("button")).focus();
}

const key = (one) => `${one.dataset.block}/${one.dataset.action}`;

function valueOf(one) {
  if (one.type === "file") return one.taken;  // nothing where nobody chose any: what was put in before stays
  if (one.matches(".boxes")) {
    const chosen = [...one.querySelectorAll("input:checked")].map((each) => each.value);
    return one.dataset.kind === "radio_buttons" ? chosen[0] || null : chosen;
  }
  if (one.multiple) return [...one.selectedOptions].map((each) => each.value);
  return one.value || null;
}

function setValue(one, value) {
  if (one.type === "file") return value && take(one, value);
  const list = [].concat(value ?? []);
  if (one.matches(".boxes")) for (const each of one.querySelectorAll("input")) each.checked = list.includes(each.value);
  else if (one.multiple) for (const each of one.options) each.selected = list.includes(each.value);
  else one.value = value ?? "";
}

function entered(form) {
  const values = {};
  for (const one of form.querySelectorAll("[data-input]")) values[one.dataset.input] = valueOf(one);
  return values;
}

// Files are read when they are chosen; whoever sends the form waits for that.
let reading = Promise.resolve();

function take(one, files) {
  one.taken = files;
  one.previousElementSibling.textContent = files.map((file) => file.name).join(", ") || "Choose files";
}

function settle() {
  document.body.classList.toggle("in-thread", Boolean(region("thread").querySelector(".feed")));
  const dialog = Boolean(region("modal").querySelector(".modal"));
  document.body.classList.toggle("in-modal", dialog);
  for (const behind of document.querySelectorAll(".top, .desk, .traffic, .panes")) behind.inert = dialog;
  document.body.classList.toggle("in-traffic", Boolean(region("traffic").querySelector(".rows")));
  for (const one of document.querySelectorAll(".panes button")) one.setAttribute("aria-current", one.dataset.show === pane());
  const feed = region("main").querySelector(".feed");
  const composer = document.querySelector('[data-compose="channel"]');
  composer.hidden = !feed.dataset.channel || Boolean(feed.dataset.archived);
  composer.text.placeholder = `Message #${feed.dataset.name}, or /ticket mine`;
  const mail = getComputedStyle(document.querySelector(".mail")).display !== "none";
  for (const one of document.querySelectorAll("[data-place]")) {
    const name = `seen ${one.dataset.place}`;
    if (one.classList.contains("on") || (mail && one.classList.contains("open"))) sessionStorage.setItem(name, one.dataset.count);
    const seen = Number(sessionStorage.getItem(name) || 0);
    one.classList.toggle("news", Number(one.dataset.count) > seen);
  }
}

const pane = () => document.body.dataset.pane || "messages";

function show(name) {
  document.body.dataset.pane = name;
  settle();
}

function go(where) {
  used = null;
  place = { ...place, ...where };
  if (where.thread) show("thread");
  else if (where.box || where.letter) { show("mail"); document.body.classList.remove("no-mail"); document.body.classList.add("with-mail"); }
  else if (where.at || "thread" in where) show("messages");
  if (where.thread) document.body.classList.remove("with-mail");  // on a middling page there is room for one of them
  history.pushState(null, "", `/?${query()}`);
  if (where.at === "home" || (where.as && place.at === "home")) tell("home", { user: me() });
  return refresh();
}

// Where an element sits: in a message, in a dialog, or on App Home.
function around(one) {
  const view = one.closest("[data-view]");
  if (view) return { view: view.dataset.view, values: entered(view) };
  const message = one.closest(".message");
  return { channel: message.dataset.channel, ts: message.dataset.ts };
}

async function use(one, value) {
  if (one.dataset.confirm && !(await sure(JSON.parse(one.dataset.confirm)))) return refresh();
  const act = { action_id: one.dataset.action, block_id: one.dataset.block, value };
  const where = around(one);
  used = { ts: where.ts, before: whispers(where.ts), until: Date.now() + PATIENCE };
  one.classList.add("busy");
  await tell("click", { user: me(), ...where, ...act });
  one.classList.remove("busy");
}

const whispers = (ts) => Number(document.querySelector(`.message[data-ts="${ts}"] .for-you`)?.dataset.count || 0);

// An app may answer well after it acknowledged a click; an answer in the thread that only this person sees opens it.
function answered() {
  if (!used || used.until < Date.now() || whispers(used.ts) <= used.before) return;
  if (place.thread !== used.ts) go({ thread: used.ts });
}

function sure(words) {
  const dialog = document.getElementById("confirm");
  dialog.replaceChildren();
  const add = (tag, text, kind = "") => {
    const part = document.createElement(tag);
    part.textContent = text;
    part.className = kind;
    dialog.append(part);
    return part;
  };
  add("h2", words.title.text);
  add("p", words.text.text);
  const no = add("button", words.deny.text, "button");
  const yes = add("button", words.confirm.text, `button ${words.style || "primary"}`);
  dialog.showModal();
  yes.focus();
  return new Promise((answer) => {
    const done = (said) => { answer(said); dialog.close(); };
    no.onclick = () => done(false);
    yes.onclick = () => done(true);
    dialog.oncancel = () => answer(false);
  });
}

const ACTS = {
  click: (one) => { one.closest("details")?.removeAttribute("open"); use(one, one.dataset.value || null); },
  remove: (one) => tell("remove", { user: me(), ...around(one) }),
  shortcut: (one) => {
    one.closest("details")?.removeAttribute("open");
    tell("shortcut", { user: me(), ...(one.closest(".message") ? around(one) : {}), callback_id: one.dataset.callback });
  },
  "close-view": (one) => tell("close", { user: me(), view: one.closest(".modal").dataset.view }),
  "close-all": (one) => tell("close", { user: me(), view: one.closest(".modal").dataset.view, all: true }),
  pane: (one) => show(one.dataset.show),
  turn: turn,
  guide: guide,
  command: (one) => {
    const words = document.querySelector('[data-compose="channel"]').text;
    one.closest("details").removeAttribute("open");
    words.value = `${one.dataset.command} `;
    words.focus();
  },
  "toggle-traffic": () => go({ traffic: place.traffic ? "" : "all" }),
  "toggle-mail": () => {
    if (NARROW.matches) return show(pane() === "mail" ? "messages" : "mail");
    const visible = getComputedStyle(document.querySelector(".mail")).display !== "none";
    document.body.classList.toggle("no-mail", visible);
    document.body.classList.toggle("with-mail", !visible);
  },
  away: () => tell("away", { address: box() }),
  back: () => tell("back", { address: box() }),
  machine: (one) => {
    one.closest("details").removeAttribute("open");
    tell(one.dataset.does, { letter: one.dataset.letter });
  },
  write: (one) => write({ name: one.dataset.name }),
  answer: (one) => write({ name: one.dataset.name, answers: one.dataset.letter, subject: one.dataset.subject }),
  "shut-letter": () => { document.getElementById("write").hidden = true; },
};

async function turn(one) {
  one.closest("details").removeAttribute("open");
  const { next, seconds, weekday, at } = one.dataset;
  document.body.classList.add("turning");
  await tell("turn", next ? { next: true } : seconds ? { seconds: Number(seconds) } : { weekday: Number(weekday), at });
  document.body.classList.remove("turning");
}

async function guide(one) {
  const { step, help, shut } = one.dataset;
  one.classList.add("busy");
  if (step === undefined) await tell("guide", help ? { help: true } : { shut: Boolean(shut) });
  else {
    walking = true;
    const answer = await tell("guide", { go: Number(step) }, { quiet: true }).finally(() => { walking = false; });
    if (answer) await go({ thread: "", letter: "", html: "", ...answer.where });
  }
  one.classList.remove("busy");
}

function write({ name, answers = "", subject = "" }) {
  const form = document.getElementById("write");
  form.reset();
  form.querySelector(".file span").textContent = "Attach a file";
  writer = { sender: box() };
  form.hidden = false;
  form.querySelector("strong").textContent = answers ? `${name} replies` : `New mail from ${name}`;
  form.answers.value = answers;
  form.subject.value = answers && !/^re:/i.test(subject) ? `Re: ${subject}` : subject;
  (answers ? form.text : form.subject).focus();
}

const asText = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.onload = () => done({ name: file.name, type: file.type, content: reader.result.split(",")[1] });
  reader.readAsDataURL(file);
});

async function send(form) {
  const files = await Promise.all([...form.file.files].map(asText));
  const words = { subject: form.subject.value, text: form.text.value, answers: form.answers.value, files };
  if (await tell("mail", { ...writer, ...words })) form.hidden = true;
}

async function speak(form) {
  const text = form.text.value.trim().replace(/[&<>]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[one]);
  const feed = region(form.dataset.compose === "thread" ? "thread" : "main").querySelector(".feed");
  const files = await Promise.all([...(form.file?.files || [])].map(asText));
  if (!(text || files.length) || !feed) return;
  form.reset();
  if (form.file) form.querySelector(".file span").textContent = "";
  const where = { user: me(), channel: feed.dataset.channel };
  if (text.startsWith("/") && form.dataset.compose === "channel") {
    const [command, ...words] = text.split(" ");
    await tell("slash", { ...where, command, text: words.join(" ") });
  } else if (text.startsWith("/")) toast("Slack takes no slash commands inside threads.");
  else await tell("say", { ...where, text, files, thread_ts: feed.dataset.thread || "" });
}

document.addEventListener("click", (event) => {
  const menu = event.target.closest("details");
  for (const open of document.querySelectorAll("details[open]")) if (open !== menu) open.removeAttribute("open");
  const there = event.target.closest("[data-go]");
  const doing = event.target.closest("[data-act]");
  if (there) { event.preventDefault(); go(JSON.parse(there.dataset.go)); }
  else if (doing) ACTS[doing.dataset.act]?.(doing);
  else if (event.target.matches(".veil")) ACTS["close-view"](event.target.querySelector(".modal-foot"));
});

// A menu opens where there is room for it, over whatever scrolls.
function placeMenu(details) {
  const menu = details.querySelector(".menu");
  const at = details.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  menu.style.top = `${at.bottom + height + 8 > innerHeight ? at.top - height - 4 : at.bottom + 4}px`;
}

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details:not([open])")) return refresh();  // what was held back while it was open
  if (!event.target.matches?.(".overflow[open]")) return;
  placeMenu(event.target);
  event.target.querySelector(".menu button:not([disabled])")?.focus({ preventScroll: true });
}, true);

document.addEventListener("scroll", () => {
  for (const open of document.querySelectorAll(".overflow[open]")) placeMenu(open);
}, true);

document.addEventListener("change", (event) => {
  if (event.target.dataset.kind === "file_input") {
    const one = event.target;
    reading = Promise.all([...one.files].map(asText)).then((files) => take(one, files));
  } else if (event.target.name === "file") {
    const names = [...event.target.files].map((file) => file.name).join(", ");
    event.target.previousElementSibling.textContent = names || event.target.dataset.empty || "";
  }
  const one = event.target.closest("[data-input]");
  if (one && "live" in one.dataset) use(one, valueOf(one));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.matches(".modal")) {
    form.querySelector("[data-submit]")?.classList.add("busy");
    reading.then(() => tell("submit", { user: me(), view: form.dataset.view, values: entered(form) }));
  } else if (form.id === "write") send(form);
  else speak(form);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && event.target.closest(".composer")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
  const modal = document.querySelector(".modal");
  const menu = document.querySelector(".overflow[open]");
  if (menu && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    const entries = [...menu.querySelectorAll(".menu button:not([disabled])")];
    const next = entries.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    entries.at(next % entries.length)?.focus();
    return event.preventDefault();
  }
  if (event.key === "Escape" && menu) {
    menu.removeAttribute("open");
    return menu.querySelector("summary").focus();
  }
  if (event.key === "Escape" && modal && !document.getElementById("confirm").open) {
    ACTS["close-view"](modal.querySelector(".modal-foot"));
  }
});

window.addEventListener("popstate", () => {
  place = Object.fromEntries(new URLSearchParams(location.search));
  refresh();
});

async function watch() {
  try {
    const answer = await fetch(`/page/pulse?${query()}`);
    const gone = document.body.classList.contains("stopped");
    document.body.classList.remove("stopped");
    if (gone || (await answer.json()).version !== version) await refresh();
  } catch { document.body.classList.add("stopped"); }
  setTimeout(watch, 500);
}

for (const name of REGIONS) shown[name] = null;
settle();
for (const feed of document.querySelectorAll(".feed:not(.home)")) feed.scrollTop = feed.scrollHeight;
if (place.at === "home") tell("home", { user: me() });
watch();
