import {Component, onWillStart, useState} from "@odoo/owl";
import {formatTime} from "./board_layout.esm";
import {useService} from "@web/core/utils/hooks";

const {DateTime} = luxon;
const STATE_CLASSES = {
    completed: "text-bg-success",
    declined: "text-bg-danger",
    missed: "text-bg-danger",
    travelling: "text-bg-warning",
    on_site: "text-bg-warning",
    working: "text-bg-warning",
    paused: "text-bg-warning",
};

/** What a dispatcher wants to know of one visit at a glance. */
export class VisitCard extends Component {
    static template = "field_service.VisitCard";
    static props = {
        visitId: Number,
        model: Object,
        openVisit: Function,
        openOrder: Function,
        close: {type: Function, optional: true},
    };

    setup() {
        this.orm = useService("orm");
        this.state = useState({card: null});
        onWillStart(async () => {
            this.state.card = await this.props.model.callBoard("get_visit_card", [
                this.props.visitId,
            ]);
        });
    }

    get card() {
        return this.state.card;
    }

    get when() {
        const [start, stop] = [this.card.start, this.card.stop].map((ms) =>
            DateTime.fromMillis(ms)
        );
        const [from, to] = [start, stop].map((time) => formatTime(time.toMillis()));
        const end = stop.hasSame(start, "day") ? to : `${stop.toFormat("ccc d LLL")}, ${to}`;
        return `${start.toFormat("ccc d LLL")}, ${from} – ${end}`;
    }

    get stateClass() {
        return STATE_CLASSES[this.card.state] || "text-bg-info";
    }

    get mapUrl() {
        const {latitude, longitude, address} = this.card;
        const place = latitude || longitude ? `${latitude},${longitude}` : address;
        return `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(place)}`;
    }

    async onDispatch() {
        this.props.close?.();
        await this.props.model.dispatch(this.card.id);
    }

    onOpen() {
        this.props.close?.();
        this.props.openVisit(this.card);
    }

    onOpenOrder() {
        this.props.close?.();
        this.props.openOrder({id: this.card.order_id});
    }
}
