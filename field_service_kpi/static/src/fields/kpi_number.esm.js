import {formatFloat, formatPercentage} from "@web/views/fields/formatters";
import {parseFloat, parsePercentage} from "@web/views/fields/parsers";
import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {registry} from "@web/core/registry";

/** A number in the unit of its KPI: a share is entered and shown in percent. */
export class KpiNumberField extends FloatField {
    static props = {...FloatField.props, unitField: {type: String, optional: true}};

    get isPercent() {
        return this.props.record.data[this.props.unitField] === "percent";
    }

    parse(value) {
        return this.isPercent ? parsePercentage(value) : parseFloat(value);
    }

    get formattedValue() {
        if (this.value === false) {
            return "";
        }
        return this.isPercent
            ? formatPercentage(this.value, {digits: [16, 2]})
            : formatFloat(this.value, {digits: [16, 2]});
    }
}

export const kpiNumberField = {
    ...floatField,
    component: KpiNumberField,
    extractProps: (info, dynamicInfo) => ({
        ...floatField.extractProps(info, dynamicInfo),
        unitField: info.options.unit_field,
    }),
};

registry.category("fields").add("field_service_kpi_number", kpiNumberField);
