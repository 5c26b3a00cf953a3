from odoo import models
from odoo.tools import float_round


class FieldServiceOrderMethods(models.AbstractModel):
    """How the terms of an order turn visits and flat rates into charges."""

    _name = "field.service.order.methods"
    _description = "Pricing Methods of Work Orders"

    # ------------------------------------------------------------------- methods
    def _get_charge_targets_time_material(self):
        targets = super()._get_charge_targets_time_material()
        return targets + self._get_fee_targets()

    def _get_charge_targets_flat(self):
        """Charge the flat rates; the work they include stays visible with its value."""
        self.ensure_one()
        rates = self.flat_line_ids.flat_rate_id
        if not rates:
            # Nothing agreed, nothing charged: the billing says what is missing.
            return []
        included = {"labour"}
        if all(rates.mapped("includes_parts")):
            included.add("part")
        if all(rates.mapped("includes_travel")):
            included |= {"travel", "callout"}
        targets = [self._prepare_flat_target(line) for line in self.flat_line_ids]
        for target in self._get_charge_targets_time_material():
            if target.kind in included:
                # Taken off by quantity, so that the value of the work is still seen.
                taken = [("agreed_qty", -target.quantity)]
                target = target._replace(uplifts=tuple(taken))
            targets.append(target)
        return targets

    def _prepare_flat_target(self, line):
        product = line.flat_rate_id.product_id
        return self._prepare_charge_target(
            "flat",
            product,
            0.0,
            price=line.price_unit,
            uplifts=[("agreed_qty", line.quantity)],
            source=(line._name, line.id),
            name=self._describe_charge(product, line.flat_rate_id.name),
        )

    def _get_fee_targets(self):
        """Charge the call-out, once or for each visit that took place."""
        terms = self.pricing_id
        visits = self.visit_ids.filtered(lambda visit: visit._is_billable_work())
        if not visits or not terms or terms.callout == "none":
            return []
        product = terms.callout_product_id
        per_visit = visits if terms.callout == "visit" else [visits.browse()]
        return [
            self._prepare_charge_target(
                "callout",
                product,
                1.0,
                visit=visit,
                name=self._describe_charge(
                    product, self.env._("Call-out"), self._format_day(visit.work_date)
                ),
            )
            for visit in per_visit
        ]

    # ---------------------------------------------------------------------- time
    def _prepare_hour_charge_target(self, kind, visit, product, hours):
        target = super()._prepare_hour_charge_target(kind, visit, product, hours)
        return target._replace(uplifts=self._get_time_uplifts(target))

    def _get_time_uplifts(self, target):
        """Return what rounding, minimum and after hours add, as it is stored."""
        visit, terms = target.visit, self.pricing_id
        if not terms:
            return ()
        labour = target.kind == "labour"
        stages = terms._get_time_stages(
            target.kind,
            visit._get_hours("work" if labour else "travel"),
            len(visit._get_people()) if labour else 1,
            self._get_after_hours(visit) if labour else 0.0,
        )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        known = float_round(target.quantity, digits)
        uplifts = []
        for name, hours in stages.items():
            quantity = self._convert_hours(hours, target.product.uom_id)
            quantity = float_round(quantity, digits)
            uplifts.append((name, float_round(quantity - known, digits)))
            known = quantity
        return tuple(uplifts)

    def _get_after_hours(self, visit):
        """Return the hours that overtime and days off are charged more."""
        terms = self.pricing_id
        if terms.overtime_multiplier == 1.0 and terms.rest_multiplier == 1.0:
            return 0.0
        # What people earn is not for everybody; how long they worked is.
        rates = visit.sudo()._get_crew_rates()
        # Without a cost of labour they are worked out in the same way.
        for person in visit._get_people() - rates.employee_id:
            rates += rates.new({"visit_id": visit.id, "employee_id": person.id})
        return sum(
            rate.overtime_hours * (terms.overtime_multiplier - 1.0)
            + rate.rest_hours * (terms.rest_multiplier - 1.0)
            for rate in rates
        )

    # -------------------------------------------------------------------- travel
    def _get_visit_charge_targets(self, visit):
        """Charge the way as the terms say, instead of by the hour."""
        targets = super()._get_visit_charge_targets(visit)
        terms = self.pricing_id
        method = terms.travel_method or "hour"
        if method == "hour":
            return targets
        targets = [target for target in targets if target.kind != "travel"]
        if method != "none":
            targets.append(getattr(self, f"_prepare_travel_{method}")(visit, terms))
        return targets

    def _prepare_travel_km(self, visit, terms):
        product = terms.travel_product_id
        return self._prepare_charge_target(
            "travel",
            product,
            visit.travel_km,
            visit=visit,
            name=self._describe_charge(
                product, self.env._("Travel"), self._format_day(visit.work_date)
            ),
        )

    def _prepare_travel_zone(self, visit, terms):
        product, zone = terms.travel_product_id, self._get_travel_zone()
        return self._prepare_charge_target(
            "travel",
            product,
            1.0,
            visit=visit,
            price=self._convert_terms(zone.price, self._get_coverage_date(visit)),
            name=self._describe_charge(
                product,
                self.env._("Travel"),
                zone.with_context(lang=self.partner_id.lang).name or "",
                self._format_day(visit.work_date),
            ),
        )

    def _get_travel_zone(self):
        """Return the zone of the site, by its own distance or by the estimated one."""
        site = self.site_id or self.partner_id
        distance = site.service_distance_km or self._estimate_distance(site)
        zones = self.pricing_id.zone_ids
        if distance is None:
            return zones.browse()
        return self.pricing_id._find_zone(distance)

    def _estimate_distance(self, site):
        """Return the km from the company to a site, None if that is not known."""
        travel = self.env["field.service.travel"]
        points = [
            travel._get_point(partner) for partner in (self.company_id.partner_id, site)
        ]
        if not all(points):
            return None
        return travel._get_estimate(self.company_id).km(*points)
