import {BoardModel} from "./board_model.esm";
import {BoardRenderer} from "./board_renderer.esm";
import {calendarView} from "@web/views/calendar/calendar_view";
import {PlanningController} from "../planning/planning_controller.esm";
import {registry} from "@web/core/registry";
import {useBoardDrag} from "./board_drag.esm";
import {useRef} from "@odoo/owl";

const {DateTime} = luxon;
// How near to its end a card is taken to be made longer.
const EDGE = 7;

export class BoardController extends PlanningController {
    setup() {
        super.setup();
        this._baseRendererProps.openOrder = this.openOrder.bind(this);
        this.rootRef = useRef("root");
        this.drag = null;
        this.stale = false;
        useBoardDrag({
            ref: this.rootRef,
            elements: ".o_fs_board .o_fs_card, .o_fs_to_plan_item",
            ignore: "a, button",
            cursor: "grabbing",
            tolerance: 5,
            enable: () => this.isBoard && this.model.canPlan,
            edgeScrolling: {speed: 15, threshold: 40},
            onDragStart: (params) => this.onDragStart(params),
            onDrag: (params) => this.timeline.showTarget(this.getTarget(params)),
            onDrop: (params) => this.onDrop(params),
            onDragEnd: () => this.onDragEnd(),
        });
    }

    get isBoard() {
        return this.model.isBoard;
    }

    get timeline() {
        return this.model.timeline;
    }

    /** What others change while something is dragged is shown afterwards. */
    refresh() {
        if (this.drag) {
            this.stale = true;
            return;
        }
        return super.refresh();
    }

    onDragStart({element, initialPosition}) {
        this.timeline.popover.close();
        const {orderId, visit} = element.dataset;
        if (orderId) {
            const order = this.model.toPlan.records.find((one) => one.id === Number(orderId));
            this.drag = {order, length: order.hours * 3600000, offset: 0, mode: "plan"};
            return;
        }
        const {board} = this.model;
        const record = board.visits.get(Number(visit));
        const rect = element.getBoundingClientRect();
        let mode = "move";
        if (this.model.scale === "day" && rect.width > 4 * EDGE) {
            if (initialPosition.x > rect.right - EDGE) {
                mode = "stop";
            } else if (initialPosition.x < rect.left + EDGE) {
                mode = "start";
            }
        }
        this.drag = {
            mode,
            visit: record,
            length: record.stop - record.start,
            row: this.timeline.findRow(element.closest(".o_fs_row").dataset.row),
            offset: this.timeline.measure(initialPosition.x - rect.left),
        };
    }

    /** Where and when that would be. */
    getTarget({x, y}) {
        const found = this.timeline.locate(x, y);
        if (!found || !this.drag) {
            return null;
        }
        const {mode, visit, length, offset} = this.drag;
        const {model} = this;
        if (mode === "stop" || mode === "start") {
            return this.getResized(found);
        }
        const place = model.scale === "day" ? found.place - offset : found.place;
        const start = model.getStart(found.row, place, visit, length);
        return this.makeTarget(found.row, start, start.plus({milliseconds: length}));
    }

    getResized({place}) {
        const {mode, visit, row} = this.drag;
        let [start, stop] = [visit.start, visit.stop].map((ms) => DateTime.fromMillis(ms));
        const moment = this.model.board.axis.getMoment(place);
        const least = {minutes: 15};
        if (mode === "stop") {
            stop = DateTime.max(moment, start.plus(least));
        } else {
            start = DateTime.min(moment, stop.minus(least));
        }
        return {...this.makeTarget(row, start, stop), isResized: true};
    }

    makeTarget(row, start, stop) {
        const length = stop.toMillis() - start.toMillis();
        const isTaken = this.model.isTaken(row, start, length, this.drag.visit?.id);
        return {row, start, stop, isTaken};
    }

    onDrop(params) {
        const target = this.getTarget(params);
        if (!target) {
            return;
        }
        const {order, visit, row} = this.drag;
        if (order) {
            this.planOrder(order, target.start, target.row.id);
        } else {
            const stop = target.isResized ? target.stop : null;
            this.model.drop(visit, row, target.row, target.start, stop);
        }
    }

    onDragEnd() {
        this.timeline.showTarget(null);
        this.drag = null;
        if (this.stale) {
            this.stale = false;
            this.refresh();
        }
    }
}

export const boardView = {
    ...calendarView,
    Controller: BoardController,
    Model: BoardModel,
    Renderer: BoardRenderer,
};

registry.category("views").add("field_service_board", boardView);
