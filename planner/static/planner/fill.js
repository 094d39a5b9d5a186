// Filling in a sheet on screen. A form with data-fill="<address>" is saved a moment after the last key, in the
// background; where one tick is asked, a second takes the first away. Words it shows come from the page:
// data-saving, data-lost on the form, and an element [data-fill-said] in it (role="status").
(() => {
  const QUIET = 900; // milliseconds after the last key

  const setUp = (form) => {
    const said = form.querySelector("[data-fill-said]");
    const version = form.querySelector("input[name=version]");
    let timer = 0;
    let running = false;
    let dirty = false;

    const say = (text, bad) => {
      if (!said) return;
      said.textContent = text;
      said.dataset.state = bad ? "bad" : "good";
    };

    const mark = (problems) => {
      form.querySelectorAll("[data-fill-problem]").forEach((line) => {
        const field = document.getElementById(line.dataset.fillProblem);
        if (field) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); field.classList.remove("is-invalid"); }
        line.remove();
      });
      Object.entries(problems).forEach(([name, sentence]) => {
        const field = document.getElementById(`${form.dataset.prefix || ""}${name}`);
        if (!field || field.getAttribute("aria-invalid")) return;
        const line = document.createElement("span");
        line.className = "invalid-words";
        line.id = `${field.id}-problem`;
        line.dataset.fillProblem = field.id;
        line.textContent = sentence;
        field.classList.add("is-invalid");
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", line.id);
        field.after(line);
      });
    };

    const answered = async (response) => {
      if (response.status === 401) {
        document.dispatchEvent(new CustomEvent(response.headers.has("X-Locked") ? "clinic:locked" : "clinic:signed-out"));
        dirty = true;
        return;
      }
      const answer = await response.json();
      if (answer.version && version) version.value = answer.version;
      if (answer.problems) mark(answer.problems);
      say(answer.said || "", !response.ok);
    };

    async function save() {
      if (running) return;
      running = true;
      dirty = false;
      say(form.dataset.saving || "", false);
      try {
        await answered(await fetch(form.dataset.fill, {
          method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "error",
          headers: { Accept: "application/json", "X-Background": "1" },
        }));
      } catch {
        dirty = true;
        say(form.dataset.lost || "", true);
      }
      running = false;
      if (dirty) later(5000);
    }

    const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
    const changed = () => { dirty = true; if (form.dataset.fill) later(QUIET); };

    form.addEventListener("change", (event) => {
      const one = event.target.closest(".one");
      if (one && event.target.type === "checkbox" && event.target.checked) {
        one.querySelectorAll("input[type=checkbox]").forEach((box) => { if (box !== event.target) box.checked = false; });
      }
      changed();
    });
    form.addEventListener("input", changed);
    form.addEventListener("submit", () => clearTimeout(timer));
    document.addEventListener("clinic:unlocked", () => { if (dirty) later(100); });
    // Arrow keys move along a scale or a choice, as they do between radio buttons.
    form.addEventListener("keydown", (event) => {
      const one = event.target.closest(".one");
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!one || !step || event.target.type !== "checkbox") return;
      const boxes = [...one.querySelectorAll("input[type=checkbox]")];
      const next = boxes[boxes.indexOf(event.target) + step];
      if (next) { event.preventDefault(); next.focus(); }
    });
  };

  document.querySelectorAll("form[data-fill]").forEach(setUp);
})();
