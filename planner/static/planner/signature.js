// A signature drawn with finger, pen or mouse. Without a script the field stays hidden: one types, or signs on paper.
(() => {
  const WIDTH = 400, HEIGHT = 120, MOST = 4000, SVG = "http://www.w3.org/2000/svg";

  function make(sign) {
    const pad = sign.querySelector("[data-pad]"), field = pad.querySelector("[data-field]");
    const kept = sign.querySelector("input[type=hidden][name$=strokes]");
    const way = (value) => sign.querySelector(`input[type=radio][value="${value}"]`);
    let strokes = [], line = null;
    pad.hidden = false;

    const at = (event) => {
      const box = field.getBoundingClientRect();
      const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
      return [within((event.clientX - box.left) / box.width * WIDTH, WIDTH), within((event.clientY - box.top) / box.height * HEIGHT, HEIGHT)];
    };
    const draw = (stroke) => {
      const drawn = document.createElementNS(SVG, "polyline");
      drawn.setAttribute("points", stroke.map((point) => point.join(",")).join(" "));
      field.append(drawn);
      return drawn;
    };
    const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    const changed = () => {
      kept.value = JSON.stringify(strokes);
      kept.dispatchEvent(new Event("input", { bubbles: true }));
    };

    field.addEventListener("pointerdown", (event) => {
      if (event.button || points() >= MOST) return;
      event.preventDefault();
      field.setPointerCapture(event.pointerId);
      strokes.push([at(event)]);
      line = draw(strokes.at(-1));
      if (way("drawn")) way("drawn").checked = true;
    });
    field.addEventListener("pointermove", (event) => {
      if (!line || points() >= MOST) return;
      const stroke = strokes.at(-1), [x, y] = at(event), [lastX, lastY] = stroke.at(-1);
      if (Math.abs(x - lastX) + Math.abs(y - lastY) < 2) return;
      stroke.push([x, y]);
      line.setAttribute("points", stroke.map((point) => point.join(",")).join(" "));
    });
    const up = () => { if (line) { line = null; changed(); } };
    field.addEventListener("pointerup", up);
    field.addEventListener("pointercancel", up);
    pad.querySelector("[data-clear]").addEventListener("click", () => {
      strokes = [];
      field.replaceChildren();
      changed();
    });

    // Typing a name says how it is signed.
    sign.querySelector(".sign-typed input")?.addEventListener("input", () => { if (way("typed")) way("typed").checked = true; });

    try { strokes = JSON.parse(kept.value || "[]"); strokes.forEach(draw); } catch { strokes = []; }
  }

  document.querySelectorAll("[data-sign]").forEach(make);
})();
