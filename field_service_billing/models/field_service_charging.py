from odoo import api, fields, models

from .field_service_charge_billing import ChargeTarget


class FieldServiceCharging(models.AbstractModel):
    """What a work order's work should be charged: the sources of its charges.

    A pricing method is a value of ``pricing_method`` and one method
    ``_get_charge_targets_<method>``.
    """

    _name = "field.service.charging"
    _description = "Charging of Work Orders"

    # -------------------------------------------------------------------- targets
    def _get_charge_targets(self):
        """Return what these orders should be charged by now.

        :rtype: list[ChargeTarget]
        """
        targets = []
        for order in self:
            if order.state in ("draft", "cancelled") or order.is_historic:
                continue
            targets += getattr(order, f"_get_charge_targets_{order.pricing_method}")()
        return targets

    def _get_charge_targets_time_material(self):
        """Charge the hours of completed visits and the parts used for good."""
        self.ensure_one()
        targets = []
        for visit in self.visit_ids.sorted("id"):
            if visit._is_billable_work():
                targets += self._get_visit_charge_targets(visit)
        for part in self.part_ids.filtered(lambda part: part.consumed_qty):
            targets.append(self._prepare_part_charge_target(part))
        return targets

    def _get_charge_targets_fixed(self):
        """Charge the agreed price, whatever the work took."""
        self.ensure_one()
        product = self._get_fixed_product()
        return [
            self._prepare_charge_target(
                "fixed",
                product,
                1.0,
                price=self.fixed_price,
                name=self._describe_charge(product, self.env._("Fixed price")),
            )
        ]

    def _get_visit_charge_targets(self, visit):
        """Charge the time of everybody on the visit, and the way once."""
        company = self.company_id
        hours = visit._get_hours("work") * len(visit._get_people())
        targets = [
            self._prepare_hour_charge_target(
                "labour", visit, company.service_labour_product_id, hours
            )
        ]
        if company.service_travel_product_id:
            targets.append(
                self._prepare_hour_charge_target(
                    "travel",
                    visit,
                    company.service_travel_product_id,
                    visit._get_hours("travel"),
                )
            )
        return targets

    def _prepare_hour_charge_target(self, kind, visit, product, hours):
        """Return the target of an hourly charge of a visit."""
        labels = {"labour": self.env._("Labour"), "travel": self.env._("Travel")}
        day = self._format_day(visit.work_date)
        return self._prepare_charge_target(
            kind,
            product,
            self._convert_hours(hours, product.uom_id),
            visit=visit,
            name=self._describe_charge(product, labels[kind], day),
        )

    def _prepare_part_charge_target(self, part):
        """Return the target of the charge of a part that was used for good."""
        return self._prepare_charge_target(
            "part",
            part.product_id,
            part.consumed_qty,
            part=part,
            uom=part.uom_id,
            name=self._describe_charge(part.product_id, part.name or ""),
        )

    def _prepare_charge_target(self, kind, product, quantity, **values):
        """Return a charge target of this order. Extend to change any of its parts."""
        self.ensure_one()
        return ChargeTarget(
            order=self,
            kind=kind,
            visit=values.get("visit", self.env["field.service.visit"]),
            part=values.get("part", self.env["field.service.part"]),
            product=product,
            quantity=quantity,
            uom=values.get("uom") or product.uom_id or self._get_hour(),
            price=values.get("price"),
            name=values["name"],
            uplifts=tuple(values.get("uplifts", ())),
            source=values.get("source", (False, 0)),
        )

    # --------------------------------------------------------------------- words
    def _describe_charge(self, product, fallback, *details):
        """Return the text on the invoice, in the customer's language."""
        product = product.with_context(lang=self.partner_id.lang)
        title = (
            product.get_product_multiline_description_sale() if product else fallback
        )
        return "\n".join(
            (title, ", ".join(part for part in (self.name, *details) if part))
        )

    def _format_day(self, day):
        """Return a day as the customer writes it."""
        if not day:
            return ""
        lang = self.env["res.lang"]._get_data(code=self.partner_id.lang or "en_US")
        return fields.Date.to_date(day).strftime(lang.date_format or "%Y-%m-%d")

    # --------------------------------------------------------------------- units
    @api.model
    def _get_hour(self):
        """Return the unit of hours."""
        # Not env.ref(): it asks the database each time whether the unit exists.
        unit = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        return self.env["uom.uom"].browse(unit)

    @api.model
    def _convert_hours(self, hours, uom):
        """Return hours in the unit of a product; a unit that is no time means hours."""
        hour = self._get_hour()
        if uom and uom._has_common_reference(hour):
            return hour._compute_quantity(hours, uom, round=False)
        return hours

    def _get_fixed_product(self):
        """Return the product that carries the fixed price."""
        return (
            self.job_type_id.fixed_product_id
            or self.company_id.service_fixed_product_id
        )

    # -------------------------------------------------------------- distribution
    def _merge_analytic_distribution(self, distribution):
        """Return ``distribution`` with this order as its only work order.

        Other plans (cost centres...) stay.
        """
        own = self._get_analytic_distribution()
        # Mostly there is nothing else, and no other work order to look for.
        rest = {key: distribution[key] for key in distribution or () if key not in own}
        if rest:
            lines = self.env["account.move.line"]
            strangers = lines._get_service_distribution(rest)
            rest = lines._get_distribution_without(rest, {*strangers, *own})
        return {**rest, **own}
