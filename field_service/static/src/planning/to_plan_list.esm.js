import {_t} from "@web/core/l10n/translation";
import {Component, onWillUnmount, useEffect, useRef, useState} from "@odoo/owl";
import {formatDateTime} from "@web/core/l10n/dates";
import {formatFloatTime} from "@web/views/fields/formatters";
import {loadBundle} from "@web/core/assets";
import {useDebounced} from "@web/core/utils/timing";

const {DateTime} = luxon;
const SLA_CLASSES = {
    on_time: "text-bg-info",
    at_risk: "text-bg-warning",
    breached: "text-bg-danger",
    paused: "text-bg-secondary",
};

/** Released orders nobody goes to yet: dragged into the plan, or planned by button. */
export class ToPlanList extends Component {
    static template = "field_service.ToPlanList";
    static props = {
        model: Object,
        planOrder: Function,
        openOrder: Function,
        isBoard: {type: Boolean, optional: true},
    };

    setup() {
        this.state = useState({search: this.props.model.search});
        this.listRef = useRef("list");
        this.searchLater = useDebounced(
            () => this.props.model.searchToPlan(this.state.search.trim()),
            300
        );
        if (!this.props.isBoard && !this.env.isSmall) {
            this.useCalendarDrag();
        }
    }

    /** The calendar draws what is dragged in with its real length. */
    useCalendarDrag() {
        let draggable = null;
        const destroy = () => draggable?.destroy();
        useEffect(
            (el) => {
                let cancelled = false;
                loadBundle("web.fullcalendar_lib").then(() => {
                    if (!cancelled && el) {
                        draggable = new FullCalendar.Interaction.Draggable(el, {
                            itemSelector: ".o_fs_to_plan_item",
                            eventData: (item) => ({
                                title: item.dataset.title,
                                duration: {minutes: Number(item.dataset.minutes)},
                            }),
                        });
                    }
                });
                return () => {
                    cancelled = true;
                    destroy();
                };
            },
            () => [this.listRef.el]
        );
        onWillUnmount(destroy);
    }

    get toPlan() {
        return this.props.model.toPlan;
    }

    get more() {
        return this.toPlan.length - this.toPlan.records.length;
    }

    formatHours(hours) {
        return formatFloatTime(hours);
    }

    formatDeadline(ms) {
        return formatDateTime(DateTime.fromMillis(ms), {showSeconds: false});
    }

    getSlaClass(order) {
        return SLA_CLASSES[order.sla_state] || "";
    }

    getTitle(order) {
        return [order.name, order.customer].filter(Boolean).join(" · ");
    }

    getPlanLabel(order) {
        return _t("Plan %s", this.getTitle(order));
    }

    getTooltip(order) {
        return [this.getTitle(order), order.description].filter(Boolean).join("\n");
    }

    onSearch(ev) {
        this.state.search = ev.target.value;
        this.searchLater();
    }
}
