export { absolutePath } from "../connectors/files/uri.js";
