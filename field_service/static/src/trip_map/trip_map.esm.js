import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {NO_COLOR, ServiceMap, getPinColor, isLocated} from "./service_map.esm";
import {ServiceMapCard} from "./service_map_card.esm";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** The stops of one trip in sequence, on its form. */
export class TripMap extends Component {
    static template = "field_service.TripMap";
    static components = {ServiceMap, ServiceMapCard};
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, pins: [], lines: [], selected: ""});
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps(({record}) => {
            if (this.getVersion(record) !== this.version) {
                return this.load(record);
            }
        });
    }

    /**
     * Tell one state of the trip from the next, so that typing loads nothing.
     *
     * @param {Object} record
     * @returns {String}
     */
    getVersion(record) {
        const {is_stale, km, minutes, leg_ids} = record.data;
        const legs = (leg_ids?.resIds || []).join();
        return [record.resId, is_stale, km, minutes, legs].join("|");
    }

    async load(record) {
        this.version = this.getVersion(record);
        if (!record.resId) {
            this.state.data = null;
            return;
        }
        const data = await this.orm.call("field.service.trip", "get_map_data", [
            record.resId,
        ]);
        const color = getPinColor(0);
        const located = data.stops.filter(isLocated);
        this.state.pins = located.map((stop) => ({
            ...stop,
            color,
            key: `visit-${stop.id}`,
            label: String(stop.number),
        }));
        const places = [...located];
        if (data.base) {
            places.unshift(data.base);
            places.push(data.base);
            this.state.pins.push({
                ...data.base,
                key: "base",
                label: "⌂",
                title: data.base.name,
                color: NO_COLOR,
                square: true,
            });
        }
        const points = places.map((place) => [place.latitude, place.longitude]);
        this.state.lines = points.length > 1 ? [{points, color}] : [];
        this.state.data = data;
        this.state.selected = "";
    }

    get unlocated() {
        return this.state.data.stops.filter((stop) => !isLocated(stop));
    }

    get card() {
        const {data, selected} = this.state;
        if (selected === "base") {
            return {...data.base, title: data.base.name, subtitle: _t("Start and end")};
        }
        const stop = data.stops.find(({id}) => `visit-${id}` === selected);
        return (
            stop && {
                ...stop,
                title: `${stop.number}. ${stop.title}`,
                way: _t("%(minutes)s min, %(km)s km to get here", stop),
            }
        );
    }

    get actions() {
        const stop = this.card;
        if (!stop?.id) {
            return [];
        }
        return [
            {label: _t("Open Visit"), primary: true, run: () => this.openVisit(stop.id)},
        ];
    }

    select(key) {
        this.state.selected = key;
    }

    openVisit(id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "field.service.visit",
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("view_widgets").add("field_service_trip_map", {component: TripMap});
