import {registry} from "@web/core/registry";

/**
 * Sections other modules add to a visit's page: `{Component, sequence}`; the component
 * gets `page` and `report(kind, payload)`. With `isOpen(page)` something of the section
 * has to be settled before the problem is reported as solved; `Finish` settles it where
 * the visit is finished and gets the same.
 */
export const sectionRegistry = registry.category("field_service_my_day_sections");

/**
 * What a report that has not been sent yet does to the page that shows it:
 * `{apply(page, action, setup), label(action, setup)}` by kind. Other modules add theirs.
 */
export const kindRegistry = registry.category("field_service_my_day_kinds");

/** Other codes of what is missing: `getMissing(page)` returns its lines, by code. */
export const missingRegistry = registry.category("field_service_my_day_missing");
