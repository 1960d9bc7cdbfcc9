// What every page loads. Each part is a small module; a page works without any of them.
import "./requests.js";
import "./charts.js";
import "./forms.js";
import "./tables.js";
