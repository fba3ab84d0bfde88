// What makes a page quicker; every page works without it. Nothing here is needed, and nothing is loaded.
"use strict";

// A form with data-preview="/path" and data-preview-into="id" shows what its words would bring, as they are typed.
const PAUSE_MS = 300;

function previewed(form) {
  const into = document.getElementById(form.dataset.previewInto);
  let timer = 0;
  let asked = null;
  let shown = new URLSearchParams(new FormData(form)).toString();
  async function ask() {
    const words = new URLSearchParams(new FormData(form)).toString();
    if (words === shown) return;
    shown = words;
    if (asked) asked.abort();
    asked = new AbortController();
    into.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(words),
        signal: asked.signal,
      });
      if (answer.ok) into.innerHTML = await answer.text();
      into.removeAttribute("aria-busy");
    } catch (fault) {
      if (fault.name !== "AbortError") into.removeAttribute("aria-busy");
    }
  }
  form.addEventListener("input", () => {
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

document.querySelectorAll("form[data-preview]").forEach(previewed);
document.querySelectorAll("[data-zone]").forEach(zoned);
document.querySelectorAll("[data-copy]").forEach(copying);
document.addEventListener("submit", swapped);
