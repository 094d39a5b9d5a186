// A button beside each line of a statement copies its plain text. Without a script the line can be selected as it is.
(() => {
  if (!navigator.clipboard) return; // plain HTTP on another machine
  document.querySelectorAll("[data-copy-lines]").forEach((page) => {
    page.querySelectorAll("[data-plain]").forEach((line) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-quiet btn-sm";
      button.textContent = page.dataset.copyLines;
      button.setAttribute("aria-label", `${page.dataset.copyLines}: ${line.dataset.plain}`);
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(line.dataset.plain);
        button.textContent = page.dataset.copied;
        document.getElementById("copied").textContent = page.dataset.copied;
      });
      line.append(button);
    });
  });
})();
