import {Component, onWillStart, useState} from "@odoo/owl";
import {NO_COLOR, ServiceMap, getPinColor, isLocated} from "./service_map.esm";
import {deserializeDate, serializeDate, today} from "@web/core/l10n/dates";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Layout} from "@web/search/layout";
import {ServiceMapCard} from "./service_map_card.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

const NOBODY = 0;

/** All visits of a day by technician, and in grey the orders nobody has planned. */
export class DayMap extends Component {
    static template = "field_service.DayMap";
    static components = {DateTimeInput, Layout, ServiceMap, ServiceMapCard};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        const date = this.props.state?.date;
        this.state = useState({
            date: date ? deserializeDate(date) : today(),
            data: null,
            hidden: {},
            showOrders: true,
            selected: "",
            pins: [],
            lines: [],
        });
        onWillStart(() => this.load());
    }

    get display() {
        return {controlPanel: {}};
    }

    async load() {
        const date = serializeDate(this.state.date);
        this.props.updateActionState?.({date});
        const data = await this.orm.call("field.service.trip", "get_day_map", [date]);
        if (date !== serializeDate(this.state.date)) {
            // Another day was asked for in the meantime.
            return;
        }
        this.colors = {[NOBODY]: NO_COLOR};
        data.technicians.forEach((person, index) => {
            this.colors[person.id] = getPinColor(index);
        });
        this.state.data = data;
        this.state.selected = "";
        this.draw();
    }

    draw() {
        const {data, hidden, showOrders} = this.state;
        const stops = data.stops.filter(
            (stop) => isLocated(stop) && !hidden[stop.technician_id || NOBODY]
        );
        const pins = stops.map((stop) => ({
            ...stop,
            key: `visit-${stop.id}`,
            label: String(stop.number),
            color: this.colors[stop.technician_id || NOBODY],
        }));
        if (showOrders) {
            for (const order of data.orders.filter(isLocated)) {
                pins.push({
                    ...order,
                    key: `order-${order.id}`,
                    label: "?",
                    color: NO_COLOR,
                    square: true,
                });
            }
        }
        this.state.pins = pins;
        this.state.lines = data.technicians.map((person) => ({
            color: this.colors[person.id],
            points: stops
                .filter((stop) => stop.technician_id === person.id)
                .map((stop) => [stop.latitude, stop.longitude]),
        }));
    }

    get people() {
        const people = [...this.state.data.technicians];
        if (this.state.data.stops.some((stop) => !stop.technician_id)) {
            people.push({id: NOBODY, name: _t("Nobody yet")});
        }
        return people.map((person) => ({
            ...person,
            color: this.colors[person.id],
            visible: !this.state.hidden[person.id],
            count: this.state.data.stops.filter(
                (stop) => (stop.technician_id || NOBODY) === person.id
            ).length,
        }));
    }

    get unlocated() {
        const {stops, orders} = this.state.data;
        return [
            ...stops.map((stop) => ({...stop, key: `visit-${stop.id}`})),
            ...orders.map((order) => ({...order, key: `order-${order.id}`})),
        ].filter((place) => !isLocated(place));
    }

    get card() {
        const [kind, id] = this.state.selected.split("-");
        const places = {visit: this.state.data.stops, order: this.state.data.orders};
        return places[kind]?.find((place) => place.id === Number(id));
    }

    get actions() {
        const [kind] = this.state.selected.split("-");
        const {id} = this.card;
        if (kind === "visit") {
            return [
                {
                    label: _t("Open Visit"),
                    primary: true,
                    run: () => this.open("field.service.visit", id),
                },
            ];
        }
        return [
            {label: _t("Plan a Visit"), primary: true, run: () => this.plan(id)},
            {
                label: _t("Open Work Order"),
                run: () => this.open("field.service.order", id),
            },
        ];
    }

    select(key) {
        this.state.selected = key;
    }

    toggle(id) {
        this.state.hidden[id] = !this.state.hidden[id];
        this.draw();
    }

    toggleOrders() {
        this.state.showOrders = !this.state.showOrders;
        this.draw();
    }

    setDate(date) {
        if (date) {
            this.state.date = date;
            return this.load();
        }
    }

    move(days) {
        return this.setDate(this.state.date.plus({days}));
    }

    goToday() {
        return this.setDate(today());
    }

    open(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    plan(orderId) {
        return this.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Plan a Visit"),
                res_model: "field.service.visit",
                views: [[false, "form"]],
                target: "new",
                context: {default_order_id: orderId},
            },
            {onClose: () => this.load()}
        );
    }
}

registry.category("actions").add("field_service.day_map", DayMap);
