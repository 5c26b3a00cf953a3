import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {PlanningController} from "./planning_controller.esm";
import {PlanningModel} from "./planning_model.esm";
import {registry} from "@web/core/registry";
import {useEffect} from "@odoo/owl";

const {DateTime} = luxon;

export class VisitCalendarCommonRenderer extends CalendarCommonRenderer {
    static props = {...CalendarCommonRenderer.props, planOrder: Function};

    setup() {
        super.setup();
        useEffect(
            (hours) => this.fc.api.setOption("businessHours", JSON.parse(hours)),
            () => [JSON.stringify(this.businessHours)]
        );
    }

    get options() {
        return {
            ...super.options,
            businessHours: this.businessHours,
            droppable: this.props.model.canPlan,
            drop: this.onOrderDrop,
            // The server says what becomes of it, the calendar shows what was saved.
            eventReceive: (info) => info.revert(),
        };
    }

    /** Working hours of the days shown: leaves and holidays of this very week. */
    get businessHours() {
        const {data, scale} = this.props.model;
        if (scale === "month") {
            return false;
        }
        const hours = [];
        for (const [from, to] of data.planning.work) {
            let start = DateTime.fromMillis(from);
            const stop = DateTime.fromMillis(to);
            while (start < stop) {
                const end = DateTime.min(stop, start.plus({days: 1}).startOf("day"));
                hours.push({
                    daysOfWeek: [start.weekday % 7],
                    startTime: start.toFormat("HH:mm"),
                    endTime: end.hasSame(start, "day") ? end.toFormat("HH:mm") : "24:00",
                });
                start = end;
            }
        }
        // Nothing at all would mean that nothing is shaded.
        return hours.length ? hours : [{daysOfWeek: [], startTime: "00:00", endTime: "24:00"}];
    }

    onOrderDrop({date, allDay, draggedEl}) {
        const {model, planOrder} = this.props;
        const id = Number(draggedEl.dataset.orderId);
        const order = model.toPlan.records.find((one) => one.id === id);
        const zone = model.scale === "month" ? {zone: "UTC"} : {};
        let start = DateTime.fromJSDate(date, zone);
        if (allDay) {
            start = model.getWorkStart(start.setZone("default", {keepLocalTime: true}));
        }
        return planOrder(order, start);
    }
}

export class VisitCalendarRenderer extends CalendarRenderer {
    static props = {...CalendarRenderer.props, planOrder: Function};
    static components = {
        ...CalendarRenderer.components,
        day: VisitCalendarCommonRenderer,
        week: VisitCalendarCommonRenderer,
        month: VisitCalendarCommonRenderer,
    };
}

export const visitCalendarView = {
    ...calendarView,
    Controller: PlanningController,
    Model: PlanningModel,
    Renderer: VisitCalendarRenderer,
};

registry.category("views").add("field_service_visit_calendar", visitCalendarView);
