// Small help on the practice's own pages: print, copy a link, choose the time zone and country of this browser.
(() => {
  document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));

  document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.focus();
    field.select();
    if (!navigator.clipboard) return; // plain HTTP on another machine: the text is selected, Ctrl+C copies it
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  }));

  // A first guess that the person sees and can change.
  const form = document.querySelector("form[data-here]");
  const choose = (name, value) => {
    const field = form.elements[name];
    if (field && value && [...field.options].some((option) => option.value === value)) field.value = value;
  };
  if (form && !form.querySelector(".is-invalid, .alert")) {
    const region = new Intl.Locale(navigator.language).region;
    choose("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
    choose("country", region);
    if (region && !["US", "CA", "MX", "PH", "CL", "CO"].includes(region)) choose("paper", "a4");
  }
})();
