import {Component, onWillStart, useState} from "@odoo/owl";
import {deserializeDateTime, formatDateTime} from "@web/core/l10n/dates";
import {formatFigure, formatPeriod} from "../dashboard/format.esm";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";

const MODEL = "field.service.what.if";
const SCENARIO = "field.service.scenario";

/** The last year with other prices, hours and habits; the server has the formulas. */
export class WhatIf extends Component {
    static template = "field_service_kpi.WhatIf";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, levers: {}, result: null, name: ""});
        this.asked = 0;
        this.display = {controlPanel: {}};
        this.compute = useDebounced(() => this.recompute(), 150);
        onWillStart(async () => {
            this.state.data = await this.orm.call(MODEL, "get_what_if", []);
            this.state.result = this.state.data.result;
        });
    }

    get data() {
        return this.state.data;
    }

    // -------------------------------------------------------------------- sliders
    async recompute() {
        const number = ++this.asked;
        const result = await this.orm.silent.call(MODEL, "compute_what_if", [
            this.data.base,
            this.state.levers,
        ]);
        // Another slider may have been moved in the meantime.
        if (number === this.asked) {
            this.state.result = result;
        }
    }

    move(lever, ev) {
        this.state.levers[lever.key] = Number(ev.target.value) / 1000;
        this.compute();
    }

    setLevers(levers) {
        this.state.levers = {...levers};
        this.compute();
    }

    value(lever) {
        return this.state.levers[lever.key] || 0;
    }

    /** Sliders count in tenths of a per cent. */
    edge(share) {
        return Math.round(share * 1000);
    }

    change(lever) {
        const value = this.value(lever) * 100;
        const sign = value > 0 ? "+" : "";
        const unit = lever.share === null ? "%" : _t("pts");
        return `${sign}${formatFloat(value, {digits: [16, 1]})}\u00a0${unit}`;
    }

    share(lever) {
        if (lever.share === null) {
            return "";
        }
        const format = (value) => `${formatFloat(value * 100, {digits: [16, 1]})}\u00a0%`;
        const applied = this.state.result.levers[lever.key];
        return `${format(lever.share)} → ${format(lever.share + applied)}`;
    }

    // ------------------------------------------------------------------- figures
    get period() {
        return formatPeriod(this.data.period.start, this.data.period.stop);
    }

    get asOf() {
        return _t("As of %s", formatDateTime(deserializeDateTime(this.data.as_of)));
    }

    get hasData() {
        return this.data.levers.some((lever) => lever.usable);
    }

    get hasResult() {
        return this.state.result.before.result !== null;
    }

    money(value) {
        return formatFigure({unit: "money", decimals: 2}, value, this.data.currency_id);
    }

    signed(value) {
        return value > 0 ? `+${this.money(value)}` : this.money(value);
    }

    get effects() {
        const {effects, together} = this.state.result;
        const rows = this.data.levers
            .filter((lever) => lever.key in effects)
            .map((lever) => ({label: lever.label, ...effects[lever.key], key: lever.key}));
        if (rows.length > 1) {
            rows.push({label: _t("What they do to each other"), key: "together", ...together});
        }
        return rows;
    }

    // ----------------------------------------------------------------- scenarios
    async save() {
        this.state.data.scenarios = await this.orm.call(SCENARIO, "save_scenario", [
            this.state.name,
            this.state.levers,
        ]);
        this.state.name = "";
    }

    async remove(scenario) {
        this.state.data.scenarios = await this.orm.call(SCENARIO, "remove_scenario", [
            [scenario.id],
        ]);
    }

    async makeTargets(scenario) {
        this.action.doAction(
            await this.orm.call(SCENARIO, "action_make_targets", [[scenario.id]])
        );
    }

    leverOf(scenario, lever) {
        const value = scenario.levers[lever.key];
        return value ? `${formatFloat(value * 100, {digits: [16, 1]})}` : "–";
    }
}

registry.category("actions").add("field_service_what_if", WhatIf);
