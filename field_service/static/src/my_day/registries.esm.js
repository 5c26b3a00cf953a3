import {registry} from "@web/core/registry";

/**
 * Sections other modules add to a visit's page: `{Component, sequence}`; the component
 * gets `page` and `report(kind, payload)`.
 */
export const sectionRegistry = registry.category("field_service_my_day_sections");

/**
 * What a report that has not been sent yet does to the page that shows it:
 * `{apply(page, action, setup), label(action, setup)}` by kind. Other modules add theirs.
 */
export const kindRegistry = registry.category("field_service_my_day_kinds");
