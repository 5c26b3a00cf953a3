import {deserializeDate, formatDate} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {formatFloat} from "@web/core/utils/numbers";

const UNITS = {
    // Terms of one letter are not found for translation.
    hours: _t("hr"),
    minutes: _t("min"),
    days: _t("days"),
    points: _t("points"),
    km: _t("km"),
    number: "",
};
const NO_BREAK = "\u00a0";
/** Sums of money from here on are written in thousands or millions. */
const LARGE = 1000000;

/**
 * Return a figure with its unit, as people read it.
 *
 * @param {Object} kpi unit and decimals
 * @param {Number|null} value
 * @param {Number} currencyId
 * @returns {String}
 */
export function formatFigure(kpi, value, currencyId) {
    if (value === null || value === undefined) {
        return "–";
    }
    const digits = [16, kpi.decimals];
    if (kpi.unit === "percent") {
        return `${formatFloat(value * 100, {digits})}${NO_BREAK}%`;
    }
    if (kpi.unit === "money" || kpi.unit === "money_per_hour") {
        const humanReadable = Math.abs(value) >= LARGE;
        const decimals = humanReadable ? {humanReadable, decimals: 2} : {digits};
        const money = formatCurrency(value, currencyId, decimals);
        return kpi.unit === "money" ? money : `${money}/${UNITS.hours}`;
    }
    const unit = UNITS[kpi.unit];
    return formatFloat(value, {digits}) + (unit ? `${NO_BREAK}${unit}` : "");
}

/**
 * Return how a figure differs from the one before: points of a share, else per cent.
 *
 * @param {Object} tile
 * @param {Number} currencyId
 * @returns {String}
 */
export function formatChange(tile, currencyId) {
    if (tile.value === null || tile.previous === null) {
        return "";
    }
    const change = tile.value - tile.previous;
    const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
    const size = Math.abs(change);
    if (tile.unit === "percent") {
        const points = formatFloat(size * 100, {digits: [16, 1]});
        // Terms inside of a template string are not found for translation.
        const unit = _t("pts");
        return `${sign}${points}${NO_BREAK}${unit}`;
    }
    if (tile.unit === "points" || !tile.previous || tile.previous * tile.value < 0) {
        return sign + formatFigure(tile, size, currencyId);
    }
    const share = (size / Math.abs(tile.previous)) * 100;
    return `${sign}${formatFloat(share, {digits: [16, 1]})}${NO_BREAK}%`;
}

/**
 * Return the days of a period.
 *
 * @param {String} start
 * @param {String} stop
 * @returns {String}
 */
export function formatPeriod(start, stop) {
    return `${formatDate(deserializeDate(start))} – ${formatDate(deserializeDate(stop))}`;
}

/**
 * Return the name of a month.
 *
 * @param {String} day its first day
 * @param {Boolean} [long] with the year in full
 * @returns {String}
 */
export function formatMonth(day, long = false) {
    const format = long
        ? {month: "long", year: "numeric"}
        : {month: "short", year: "2-digit"};
    return deserializeDate(day).toLocaleString(format);
}
