// Conveniences of forms; the server asks and answers the same without them.

// a problem is where the eye and the screen reader go first
document.querySelector("[data-problem]")?.focus();

// a form is sent once
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (defaultPrevented || target.method !== "post") return;
  if (target.dataset.sent) return;
  target.dataset.sent = "yes";
  // a button that is disabled at once would not be sent with its value
  setTimeout(() => target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
});
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  }
});

// one menu open at a time, closed by Escape or a click beside it; Escape also folds away a question that was opened
const menus = () => document.querySelectorAll("details.menu[open], details.burger[open]");
document.addEventListener("click", ({ target }) => {
  for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  const asked = document.activeElement?.closest("details.confirm[open], details.deed[open]");
  for (const each of asked ? [asked] : menus()) {
    if (each.contains(document.activeElement)) each.querySelector("summary").focus();
    each.open = false;
  }
});

// "/" goes to the search of who works here, unless it was turned off in this browser
const KEYS_OFF = "zhiheng-keys-off";
let keysOff = false;
try {
  keysOff = Boolean(localStorage.getItem(KEYS_OFF));
} catch {} // a browser that keeps nothing: what is chosen holds on this page
document.querySelectorAll("[data-keys-off]").forEach((box) => {
  box.checked = keysOff;
  box.closest("[hidden]").hidden = false;
  box.addEventListener("change", () => {
    keysOff = box.checked;
    try {
      keysOff ? localStorage.setItem(KEYS_OFF, "yes") : localStorage.removeItem(KEYS_OFF);
    } catch {}
  });
});
document.addEventListener("keydown", (event) => {
  if (keysOff) return;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const boxes = [document.querySelector('[aria-keyshortcuts="/"]'), document.getElementById("find")];
  const box = boxes.find((each) => each?.checkVisibility());
  if (!box) return;
  event.preventDefault();
  box.select();
  box.focus();
});

// a filter applies as soon as something is chosen
document.addEventListener("change", ({ target }) => {
  if (target.matches("form[data-filters] select")) target.form.requestSubmit();
});

// what was typed in a guarded form is not left by mistake
let typed = false;
document.addEventListener("input", ({ target }) => {
  if (target.form?.hasAttribute("data-guard")) typed = true;
});
document.addEventListener("submit", ({ target }) => {
  if (target.hasAttribute("data-guard")) typed = false;
});
addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});
