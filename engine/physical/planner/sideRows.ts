import { literal, type Alias, type Attribute } from "../../expression/expression.js";
import { malformedOutput } from "../../plan/malformedRecords.js";
import { streamNodesOf, type PhysicalNode } from "../plan.js";
import { malformedPort } from "../stateless/jsonDecode.js";
import { latePort } from "../stateless/lateTap.js";
import { planProject } from "./project.js";
import { mainOutput } from "../../contract/sink.js";

/** The rows that go beside the result of a plan, under the names of `output`: what the taps of late rows, or the decoders of malformed records, tell. */
export function sideRowsOf(root: PhysicalNode, outputId: string, output: readonly Attribute[]): PhysicalNode {
  const nodes = streamNodesOf([{ outputId: mainOutput, node: root }]);
  const told = nodes.flatMap((input): PhysicalNode[] => {
    if (outputId === "late") return input.kind === "lateTap" ? [{ kind: "port", port: latePort, input, output: input.late }] : [];
    const decodes = input.kind === "scan" || (input.kind === "decodeJson" && input.malformed === "told");
    return decodes ? [{ kind: "port", port: malformedPort, input, output: malformedOutput() }] : [];
  });
  return { kind: "union", inputs: told.map((node) => named(node, output)), output };
}

/** The columns by their names; null for those that the rows do not have. */
function named(node: PhysicalNode, output: readonly Attribute[]): PhysicalNode {
  const columns = output.map((attribute): Alias => {
    const found = node.output.find(({ name }) => name === attribute.name);
    return { kind: "alias", child: found ?? literal(null, attribute.type), name: attribute.name, id: attribute.id };
  });
  return planProject(null, columns, node, output);
}
