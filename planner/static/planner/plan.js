// The plan's editor: Enter goes on to the next empty field of an objective; earlier words go where they are wanted.
(() => {
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || field.tagName !== "INPUT" || !field.closest("form[data-save]")) return;
    event.preventDefault();
    const all = [...document.querySelectorAll("form[data-save] :is(input:not([type=hidden]), textarea)")];
    const rest = all.slice(all.indexOf(field) + 1).filter((one) => one.offsetParent && !one.value);
    rest[0]?.focus();
  });

  const show = (root) => root.querySelectorAll("[data-into]").forEach((select) => { select.hidden = false; });
  show(document);
  document.addEventListener("htmx:afterSwap", () => show(document));
  document.addEventListener("change", (event) => {
    const select = event.target.closest?.("[data-into]");
    const into = select && document.getElementById(select.dataset.into);
    if (!into || !select.value) return;
    event.stopPropagation();
    into.value = into.value ? `${into.value.trimEnd()}\n${select.value}` : select.value;
    select.selectedIndex = 0;
    into.focus();
    into.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // What was offered is taken: the panel closes, and the next problem can be chosen.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "bank-offer" && event.detail.successful) document.getElementById("bank").replaceChildren();
  });
})();
