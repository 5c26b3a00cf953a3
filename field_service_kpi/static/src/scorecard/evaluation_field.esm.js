import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** How a completed job went, line by line. */
export class EvaluationField extends Component {
    static template = "field_service_kpi.Evaluation";
    static props = {...standardFieldProps};

    get verdicts() {
        return this.props.record.data[this.props.name] || [];
    }

    getLabel(status) {
        const labels = {
            good: _t("On target"),
            amber: _t("Near the limit"),
            bad: _t("Target missed"),
        };
        return labels[status] || "";
    }
}

registry.category("fields").add("field_service_evaluation", {
    component: EvaluationField,
    displayName: _t("Evaluation"),
    supportedTypes: ["json"],
});
