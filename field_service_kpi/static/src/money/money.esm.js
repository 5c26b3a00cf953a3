import {Component, onWillStart, useState} from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    formatDateTime,
    serializeDate,
} from "@web/core/l10n/dates";
import {formatFigure, formatPeriod} from "../dashboard/format.esm";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const MODEL = "field.service.money";

/** What costs the most, the dearest first; each row opens the list it is the sum of. */
export class MoneyOnTheTable extends Component {
    static template = "field_service_kpi.Money";
    static components = {DateTimeInput, Dropdown, DropdownItem, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null, loading: false, custom: null});
        this.options = this.props.state?.options || {};
        this.asked = 0;
        this.display = {controlPanel: {}};
        useSetupAction({getLocalState: () => ({options: this.options})});
        onWillStart(() => this.load());
    }

    get data() {
        return this.state.data;
    }

    async load(options = this.options) {
        const number = ++this.asked;
        this.state.loading = true;
        try {
            const data = await this.orm.call(MODEL, "get_money", [options]);
            // Another question may have been asked in the meantime.
            if (number === this.asked) {
                this.state.data = data;
                this.options = options;
            }
        } finally {
            if (number === this.asked) {
                this.state.loading = false;
            }
        }
    }

    // -------------------------------------------------------------------- switches
    get periods() {
        return [
            ["last_12_months", _t("Last 12 months")],
            ["this_quarter", _t("This quarter")],
            ["last_quarter", _t("Last quarter")],
            ["this_year", _t("This year")],
            ["last_year", _t("Last year")],
            ["custom", _t("Choose days...")],
        ];
    }

    get periodName() {
        const found = this.periods.find(([key]) => key === this.data.period.key);
        return this.data.period.key === "custom" ? _t("Chosen days") : found?.[1];
    }

    get periodDays() {
        return formatPeriod(this.data.period.start, this.data.period.stop);
    }

    setPeriod(key) {
        if (key === "custom") {
            const {start, stop} = this.data.period;
            this.state.custom = {from: deserializeDate(start), to: deserializeDate(stop)};
            return null;
        }
        this.state.custom = null;
        return this.load({period: key});
    }

    setCustom(name, value) {
        if (value) {
            this.state.custom[name] = value;
        }
    }

    get isCustomWrong() {
        return this.state.custom.to < this.state.custom.from;
    }

    applyCustom() {
        const {from, to} = this.state.custom;
        return this.load({
            period: "custom",
            date_from: serializeDate(from),
            date_to: serializeDate(to),
        });
    }

    // ---------------------------------------------------------------- what is shown
    get asOf() {
        return _t("As of %s", formatDateTime(deserializeDateTime(this.data.as_of)));
    }

    get isExtrapolated() {
        return ![365, 366].includes(this.data.period.days);
    }

    get extrapolated() {
        return _t(
            "Amounts of %s days, multiplied for a year. The shorter the period, the less they say.",
            this.data.period.days
        );
    }

    get highest() {
        return Math.max(...this.data.rows.map((row) => row.amount || 0), 1);
    }

    barStyle(row) {
        return `width: ${Math.max((100 * (row.amount || 0)) / this.highest, 0.5)}%`;
    }

    money(value, decimals = 0) {
        return formatFigure({unit: "money", decimals}, value, this.data.currency_id);
    }

    base(row) {
        if (row.unit === "hours") {
            return formatFigure({unit: "hours", decimals: 1}, row.base, this.data.currency_id);
        }
        return this.money(Math.abs(row.base), 2);
    }

    overlaps(row) {
        return _t("Overlaps with: %s", row.overlaps.join(", "));
    }

    // --------------------------------------------------------------- what is opened
    async open(row, method = "open_money") {
        this.action.doAction(await this.orm.call(MODEL, method, [row.key, this.options]));
    }

    openTool(row) {
        this.action.doAction(row.tool);
    }
}

registry.category("actions").add("field_service_money", MoneyOnTheTable);
