// What makes a page quicker; every page works without it. Nothing here is needed, and nothing is loaded.
"use strict";

// A form with data-preview="/path" shows what the fields in the element data-preview-from would bring, in the
// element data-preview-into, while they are typed. An older answer never overtakes a newer one.
const PAUSE_MS = 300;

function previewed(form) {
  const from = document.getElementById(form.dataset.previewFrom);
  const into = document.getElementById(form.dataset.previewInto);
  if (!from || !into) return;
  const words = () => {
    const said = new URLSearchParams();
    for (const field of from.querySelectorAll("input, textarea, select")) {
      if (field.name && (!/^(checkbox|radio)$/.test(field.type) || field.checked)) said.append(field.name, field.value);
    }
    // A form that relies on a session says so here as well.
    const guard = form.elements.namedItem("csrf_token");
    if (guard) said.append("csrf_token", guard.value);
    return said.toString();
  };
  let timer = 0;
  let asked = null;
  let shown = words();
  async function ask() {
    const said = words();
    if (said === shown) return;
    shown = said;
    if (asked) asked.abort();
    const mine = asked = new AbortController();
    into.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST", body: new URLSearchParams(said), signal: mine.signal,
      });
      if (answer.ok) into.innerHTML = await answer.text();
    } catch (fault) {
      if (fault.name !== "AbortError") shown = null;
    } finally {
      if (mine === asked) into.removeAttribute("aria-busy");
    }
  }
  from.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}

// A field with data-zone gets the browser's time zone, unless somebody chose one.
function zoned(field) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  if (field.tagName === "SELECT" && ![...field.options].some((one) => one.value === zone)) return;
  field.value = zone;
}

// A button with data-copy="id" copies that element's text. It is hidden where there is no script.
function copying(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}

// A form with data-swap="id" is posted where it stands, and what comes back takes the place of that element.
function swapped(event) {
  const form = event.target;
  if (!form.dataset || !form.dataset.swap) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  body.set("fragment", "1");
  fetch(form.action, { method: "POST", body }).then(async (answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    const old = document.getElementById(form.dataset.swap);
    old.innerHTML = await answer.text();
    const next = old.querySelector("button");
    if (next) next.focus();
  }).catch(() => form.submit());
}

// What stands in for a script (a button that tries the words) goes where there is one.
function spared(element) {
  element.remove();
}

// Faults are read first.
function told(faults) {
  faults.focus();
}

document.querySelectorAll("form[data-preview]").forEach(previewed);
document.querySelectorAll("[data-plain]").forEach(spared);
document.querySelectorAll(".faults").forEach(told);
document.querySelectorAll("[data-zone]").forEach(zoned);
document.querySelectorAll("[data-copy]").forEach(copying);
document.addEventListener("submit", swapped);
