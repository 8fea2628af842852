// Runs before the first paint, so that a chosen theme never flashes the other one.
// Kept in step with src/theme/theme.ts, which writes the same key.
(function () {
  try {
    var choice = localStorage.getItem("roomstream.theme");
    if (choice === "light" || choice === "dark") document.documentElement.dataset.theme = choice;
  } catch (_) {
    // Storage may be forbidden; the system's theme it is then.
  }
})();
