"use strict";
// Every page works without this file, but for the passkey itself. Words come from data- attributes of the page.

// --- keys: "/" to the search box, "g a" and its like, "n", "j" and "k" in lists, 1 to 4 for a verdict, "?"
const places = { a: "/desk?list=arrivals", i: "/desk?list=in_house", d: "/desk?list=departures" };
let isGoing = false;

function isTyping(target) {
  return document.querySelector("dialog[open]") || target.matches("input, textarea, select, [contenteditable]");
}

function step(by) {
  const links = [...document.querySelectorAll("table[data-list] tbody th a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at < 0 && by < 0 ? 0 : at + by, 0), links.length - 1)].focus();
}

document.addEventListener("keydown", (event) => {
  if (!("keys" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) return;
  const wasGoing = isGoing;
  isGoing = false;
  if (wasGoing && places[event.key]) location.assign(places[event.key]);
  else if (event.key === "g") isGoing = true;
  else if (event.key === "/") document.getElementById("q")?.focus();
  else if (event.key === "n") document.querySelector(".side a[href='/walk-in']")?.click();
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if ("1234".includes(event.key) && document.getElementById(`verdict-${event.key}`)) document.getElementById(`verdict-${event.key}`).click();
  else if (event.key === "?") location.assign("/display");
  else return;
  event.preventDefault();
});

// --- focus: what changed is where the reader goes on
document.querySelector("[data-focus]")?.focus();
for (const field of document.querySelectorAll("[data-script]")) field.value = "1";

// --- a revealed value: masked again in time, when the tab is hidden, and when the page comes back from the cache
const timer = document.querySelector("[data-remask]");
if (timer) {
  const back = timer.dataset.back;
  const pause = document.querySelector("[data-pause]");
  let left = Number(timer.dataset.remask);
  let isPaused = false;
  const mask = () => {
    for (const value of document.querySelectorAll("[data-revealed]")) value.textContent = "••••••";
    location.replace(back);
  };
  setInterval(() => {
    if (isPaused) return;
    left -= 1;
    timer.querySelector("[role=timer]").textContent = timer.dataset.text.replace("{}", String(left));
    if (left <= 0) mask();
  }, 1000);
  if (pause) {
    const words = [pause.textContent, pause.dataset.resume];
    pause.hidden = false;
    pause.addEventListener("click", () => {
      isPaused = !isPaused;
      pause.textContent = words[Number(isPaused)];
    });
  }
  addEventListener("pagehide", () => {
    for (const value of document.querySelectorAll("[data-revealed]")) value.textContent = "••••••";
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) mask(); });
  addEventListener("pageshow", (event) => { if (event.persisted) mask(); });
}

// --- a form that somebody has begun to fill in
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let isBegun = false;
  form.addEventListener("input", () => { isBegun = true; });
  form.addEventListener("submit", () => { isBegun = false; });
  addEventListener("beforeunload", (event) => { if (isBegun) event.preventDefault(); });
}

// --- passkeys: the keeper makes the challenge and verifies; this only carries it to the browser's own dialog
async function post(form, path, body) {
  const answer = await fetch(path, {
    method: "POST", credentials: "same-origin", body: JSON.stringify(body),
    headers: { "content-type": "application/json", accept: "application/json", "x-form-token": form.dataset.token },
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.advice);
  return found;
}

async function signIn(form) {
  const property = form.elements.property.value;
  const person = form.elements.person?.value ?? "";
  const begun = await post(form, "/sign-in/begin", { property });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
  const assertion = (await navigator.credentials.get({ publicKey })).toJSON();
  const done = await post(form, "/sign-in/finish", { property, person, challenge: begun.challenge, assertion });
  location.assign(done.to);
}

// One action, named by the challenge: the form itself goes on with what the passkey answered.
async function verify(form, submitter) {
  const given = new FormData(form, submitter);
  const said = (name) => given.get(name) ?? form.dataset[name] ?? "";
  const groups = given.has("groups") ? given.getAll("groups") : form.dataset.groups.split(" ").filter(Boolean);
  const whom = form.dataset.several ? { subjects: given.getAll(form.dataset.several) } : { subject: said("subject") };
  if (whom.subjects?.length === 0) return form.submit(); // nobody is ticked: the page says so
  const begun = await post(form, "/verify/begin", {
    kind: given.get("vote") ?? form.dataset.kind, ...whom, purpose: said("purpose"), groups, until: said("until"),
  });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
  const assertion = (await navigator.credentials.get({ publicKey })).toJSON();
  form.elements.challenge.value = begun.challenge;
  form.elements.assertion.value = JSON.stringify(assertion);
  if (submitter?.name) {
    const pressed = Object.assign(document.createElement("input"), { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(pressed);
  }
  form.submit();
}

// A guest's own passkey: to come in by it, or to make it on the way.
async function own(form, isNew) {
  const property = form.elements.property.value;
  const begun = await post(form, "/my-passkey/begin", { property, is_new: isNew });
  const publicKey = isNew ? PublicKeyCredential.parseCreationOptionsFromJSON(begun.options) : PublicKeyCredential.parseRequestOptionsFromJSON(begun.options);
  const answer = (await (isNew ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }))).toJSON();
  const done = await post(form, "/my-passkey/finish", { property, is_new: isNew, challenge: begun.challenge, answer });
  location.assign(done.to);
}

async function enrol(form, words, say) {
  const secret = location.hash.slice(1);
  if (secret.length !== 64) throw new Error(words.secret);
  const begun = await post(form, "/enrol/begin", { secret });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(begun.options);
  const credential = (await navigator.credentials.create({ publicKey })).toJSON();
  const done = await post(form, "/enrol/finish", { secret, challenge: begun.challenge, credential });
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.textContent = words.next;
  say.replaceChildren(words.done.replace("{}", `${done.name} · ${done.keys}`), " ", link);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const words = form.querySelector("[data-words]").dataset;
  const say = form.querySelector("[data-say]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) { say.textContent = words.old; return; }
    say.textContent = words.wait;
    try {
      if (form.dataset.passkey === "enrol") await enrol(form, words, say);
      else if (form.dataset.passkey === "act") await verify(form, event.submitter);
      else if (form.dataset.passkey.startsWith("own")) await own(form, form.dataset.passkey === "own-new");
      else await signIn(form);
    } catch (error) {
      say.textContent = error instanceof DOMException ? words.cancelled : error.message;
    }
  });
  if ("now" in form.dataset) form.requestSubmit();
}
