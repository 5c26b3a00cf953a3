import {formatPercentage} from "@web/views/fields/formatters";
import {percentageField} from "@web/views/fields/percentage/percentage_field";
import {registry} from "@web/core/registry";

/**
 * Format a share of sums; where there is nothing to divide by, there is no figure.
 *
 * @param {Number|Boolean} value
 * @param {Object} options
 * @returns {String}
 */
export function formatRate(value, options) {
    if (typeof value !== "number") {
        return "";
    }
    return formatPercentage(value, {...options, digits: [16, 1], trailingZeros: true});
}

registry.category("formatters").add("field_service_rate", formatRate);
registry.category("fields").add("field_service_rate", percentageField);
