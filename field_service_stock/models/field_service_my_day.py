from odoo import api, models


class FieldServiceMyDayPage(models.AbstractModel):
    _name = "field.service.my.day.page"
    _inherit = ["field.service.my.day.page", "field.service.my.day.unit"]

    @api.model
    def _get_pages(self, visits):
        """Add the units that stand there, once for all pages."""
        pages = super()._get_pages(visits)
        units = self._get_standing_units(visits)
        for page in pages:
            page["units"] = units[page["id"]]
        return pages

    @api.model
    def _get_page_values(self, visit):
        parts = visit.order_id.part_ids.filtered(
            lambda part: not part.visit_id or part.visit_id == visit
        )
        return {
            **super()._get_page_values(visit),
            "company_id": visit.company_id.id,
            "parts": [self._get_part_values(part) for part in parts],
            "missing_product": visit.missing_product_id.display_name or "",
        }

    @api.model
    def _get_part_values(self, part):
        """Return what the phone shows of a part."""
        labels = dict(part._fields["state"]._description_selection(self.env))
        product = part.product_id
        return {
            "id": part.id,
            "product_id": product.id,
            "name": part.display_name,
            "code": product.default_code or "",
            "barcode": product.barcode or "",
            "tracking": product.tracking,
            "stored": product.is_storable,
            "location_id": part.location_id.id,
            "uom_id": part.uom_id.id,
            "unit": part.uom_id.name or "",
            "factor": part._to_product_unit(1.0),
            "planned": part.quantity,
            "used": part.consumed_qty,
            "to_use": part._get_quantity_to_use(),
            "rest": part.unaccounted_qty,
            "state": part.state,
            "state_label": labels.get(part.state, ""),
            "mandatory": part.mandatory,
            "customer_supplied": part.customer_supplied,
            "on_site": part.on_site,
            "is_settled": part._is_settled(),
            **self._get_install_values(part),
            **self._get_part_lots(part),
        }

    @api.model
    def _get_part_lots(self, part):
        """Return the pieces that are reserved for the part, and those it has used."""
        if part.product_id.tracking == "none":
            return {"lots": [], "used_lots": []}
        # Technicians have no access to stock moves.
        part = part.sudo()
        return {
            name: [
                {"id": lot.id, "name": lot.name, "quantity": quantity}
                for lot, quantity in lots.items()
            ]
            for name, lots in (
                ("lots", part._get_open_moves()._get_lot_quantities()),
                ("used_lots", part._get_used_lot_quantities()),
            )
        }

    @api.model
    def _get_missing_codes(self, order):
        reasons = order._get_reasons_parts() + order._get_reasons_loaded()
        return {
            **super()._get_missing_codes(order),
            **dict.fromkeys(reasons, "parts"),
        }


class FieldServiceMyDayReport(models.AbstractModel):
    _name = "field.service.my.day.report"
    _inherit = ["field.service.my.day.report", "field.service.my.day.part"]

    @api.model
    def _get_action_kinds(self):
        return {
            **super()._get_action_kinds(),
            "part": "_apply_part",
            "missing_part": "_apply_missing_part",
        }

    @api.model
    def _apply_event(self, report):
        self._check_parts_settled(report)
        return super()._apply_event(report)


class FieldServiceMyDay(models.AbstractModel):
    _name = "field.service.my.day"
    _inherit = ["field.service.my.day", "field.service.my.day.stock"]

    @api.model
    def _get_setup(self):
        return {**super()._get_setup(), "stock": self._get_stock_setup()}

    @api.model
    def _get_reason_values(self, reason):
        values = super()._get_reason_values(reason)
        return {**values, "missing_part": reason.missing_part}

    @api.model
    def _get_setup_changes(self, actions):
        """The van holds something else now."""
        changes = super()._get_setup_changes(actions)
        if any(
            isinstance(action, dict) and action.get("kind") == "part"
            for action in actions
        ):
            changes = {**changes, "stock": self._get_stock_setup()}
        return changes
