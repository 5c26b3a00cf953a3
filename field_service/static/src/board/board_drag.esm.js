import {makeDraggableHook} from "@web/core/utils/draggable_hook_builder_owl";
import {pick} from "@web/core/utils/objects";

const handler = ({ctx}) => pick(ctx.current, "element", "initialPosition");

/** Dragging that leaves the element where it is: the board draws where it would go. */
export const useBoardDrag = makeDraggableHook({
    name: "useBoardDrag",
    onComputeParams({ctx}) {
        ctx.followCursor = false;
    },
    onWillStartDrag: handler,
    onDragStart: handler,
    onDrag: handler,
    onDragEnd: handler,
    onDrop: handler,
});
