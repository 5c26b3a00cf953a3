import {Component, onWillStart, useState} from "@odoo/owl";
import {KpiChart, pickColor} from "./chart.esm";
import {KpiChooser, KpiHistory} from "./dialogs.esm";
import {deserializeDate, deserializeDateTime, formatDate, formatDateTime, serializeDate} from "@web/core/l10n/dates";
import {formatFigure, formatMonth, formatPeriod} from "./format.esm";
import {DateTimeInput} from "@web/core/datetime/datetime_input";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {KpiTile} from "./tile.esm";
import {Layout} from "@web/search/layout";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const MODEL = "field.service.kpi.dashboard";
const MONEY = {unit: "money", decimals: 0};

/** All figures of a company on one screen; each opens the list it is the sum of. */
export class KpiDashboard extends Component {
    static template = "field_service_kpi.Dashboard";
    static components = {DateTimeInput, Dropdown, DropdownItem, KpiChart, KpiTile, Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({data: null, loading: false, custom: null});
        this.options = this.props.state?.options || {period: "this_month"};
        this.asked = 0;
        this.display = {controlPanel: {}};
        this.formatMoney = (value) => formatFigure(MONEY, value, this.data.currency_id);
        useSetupAction({getLocalState: () => ({options: this.options})});
        onWillStart(() => this.load());
    }

    get data() {
        return this.state.data;
    }

    // --------------------------------------------------------------------- loading
    async load(change = {}) {
        const options = {...this.options, ...change};
        const number = ++this.asked;
        this.state.loading = true;
        try {
            const data = await this.orm.call(MODEL, "get_dashboard", [options]);
            // Another question may have been asked in the meantime.
            if (number === this.asked) {
                this.state.data = data;
                this.options = data.options;
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
            ["this_month", _t("This month")],
            ["last_month", _t("Last month")],
            ["this_quarter", _t("This quarter")],
            ["last_quarter", _t("Last quarter")],
            ["this_year", _t("This year")],
            ["last_year", _t("Last year")],
            ["custom", _t("Choose days...")],
        ];
    }

    get periodName() {
        const [, name] = this.periods.find(([key]) => key === this.data.period.key);
        return this.data.period.key === "custom" ? _t("Chosen days") : name;
    }

    get periodDays() {
        const {start, stop} = this.data.period;
        return formatPeriod(start, stop);
    }

    get previousDays() {
        const {previous_start, previous_stop} = this.data.period;
        return _t("compared with %s", formatPeriod(previous_start, previous_stop));
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

    get scopeName() {
        const {level, record_id} = this.data.options;
        const group = this.data.choices.levels.find((one) => one.level === level);
        return group?.records.find((one) => one.id === record_id)?.name || _t("Everything");
    }

    setScope(level, recordId) {
        return this.load({level, record_id: recordId});
    }

    get companyName() {
        const {companies} = this.data.choices;
        const ids = this.data.options.company_ids;
        return ids.length > 1
            ? _t("Group of %s companies", ids.length)
            : companies.find((one) => one.id === ids[0])?.name;
    }

    toggleCompany(id) {
        const ids = this.data.options.company_ids;
        const chosen = ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
        // Teams and people belong to a company.
        return this.load({
            company_ids: chosen.length ? chosen : ids,
            level: false,
            record_id: false,
        });
    }

    // -------------------------------------------------------------------- what is shown
    get asOf() {
        return _t("As of %s", formatDateTime(deserializeDateTime(this.data.as_of)));
    }

    get groups() {
        return this.data.families
            .map(([key, name]) => ({
                key,
                name,
                tiles: this.data.tiles.filter((tile) => tile.family === key),
            }))
            .filter((group) => group.tiles.length);
    }

    formatRate(rate) {
        const amount = formatFloat(rate.rate, {digits: [16, 6]});
        return `1 ${rate.currency} = ${amount} ${rate.target}`;
    }

    get groupView() {
        return _t(
            "Group view: money of several companies, converted at the rates of %s.",
            formatDate(deserializeDate(this.data.rates[0].date))
        );
    }

    get nothing() {
        return _t(
            "Nothing was posted or reported in this period (%(days)s; %(scope)s). Choose another period, or look at the months before.",
            {days: this.periodDays, scope: this.scopeName}
        );
    }

    get costKinds() {
        return {
            parts: _t("Parts"),
            labour: _t("Labour"),
            travel: _t("Travel"),
            subcontract: _t("Subcontract"),
            other: _t("Other"),
        };
    }

    get graphs() {
        const {margin, costs, job_types: jobTypes} = this.data.graphs;
        return [
            margin && {
                key: "margin",
                title: _t("Revenue and margin by month"),
                props: {
                    type: "bar",
                    labels: margin.map((one) => formatMonth(one.month)),
                    datasets: [
                        this.getBars(_t("Revenue"), margin.map((one) => one.revenue), 0),
                        this.getBars(_t("Margin"), margin.map((one) => one.margin), 2),
                    ],
                    legend: true,
                    label: _t("Revenue and margin by month"),
                },
            },
            jobTypes && {
                key: "job_types",
                title: _t("Margin by job type"),
                props: {
                    type: "bar",
                    horizontal: true,
                    labels: jobTypes.map((one) => one.name),
                    datasets: [this.getSignedBars(_t("Margin"), jobTypes.map((one) => one.margin))],
                    label: _t("Margin by job type"),
                    onClick: (index) => this.openJobType(jobTypes[index]),
                },
            },
            costs && {
                key: "costs",
                title: _t("What the work cost"),
                props: {
                    type: "doughnut",
                    labels: costs.map((one) => this.costKinds[one.kind]),
                    datasets: [
                        {
                            data: costs.map((one) => one.amount || 0),
                            backgroundColor: costs.map((_one, index) => pickColor(index)),
                            borderWidth: 0,
                        },
                    ],
                    legend: true,
                    label: _t("What the work cost"),
                },
            },
        ].filter(Boolean);
    }

    getBars(label, data, color) {
        return {label, data, backgroundColor: pickColor(color), borderRadius: 3, maxBarThickness: 28};
    }

    /** A loss is red. */
    getSignedBars(label, data) {
        const backgroundColor = data.map((amount) => pickColor(amount < 0 ? 1 : 2));
        return {...this.getBars(label, data, 2), backgroundColor};
    }

    // -------------------------------------------------------------------- what is opened
    async open(tile, part = "current") {
        const action = await this.orm.call(MODEL, "open_cases", [tile.id, this.options, part]);
        return this.action.doAction(action);
    }

    openJobType(jobType) {
        if (jobType.id) {
            this.setScope("job_type", jobType.id);
        }
    }

    showHistory(tile) {
        this.dialog.add(KpiHistory, {
            tile,
            currencyId: this.data.currency_id,
            onOpen: (one, month) => this.open(one, month),
        });
    }

    choose() {
        const {families, available, shown} = this.data;
        this.dialog.add(KpiChooser, {
            families,
            available,
            shown,
            onSave: async (ids) => {
                await this.orm.call(MODEL, "set_kpis", [ids]);
                await this.load();
            },
        });
    }
}

registry.category("actions").add("field_service_kpi_dashboard", KpiDashboard);
