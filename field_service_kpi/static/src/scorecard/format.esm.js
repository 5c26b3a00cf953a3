import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";

/**
 * Return an index as people read it: 100 is what anybody reaches.
 *
 * @param {Number|null} value
 * @returns {String}
 */
export function formatIndex(value) {
    return value === null ? "–" : formatFloat(value * 100, {digits: [16, 0]});
}

/**
 * Return what a standing means.
 *
 * @param {String|null} standing
 * @returns {String}
 */
export function formatStanding(standing) {
    const names = {
        better: _t("Better than expected"),
        same: _t("As expected"),
        worse: _t("Below expectation"),
    };
    return names[standing] || _t("Too few");
}
