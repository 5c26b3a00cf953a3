from odoo import api, models
from odoo.exceptions import UserError


class FieldServicePartUse(models.AbstractModel):
    """From where a part was taken and which piece it was: phone and office alike.

    Less in stock than was used is a warning, because who holds the part in his hands is
    right. What would end in a wrong cost or a wrong serial number is refused.
    """

    _name = "field.service.part.use"
    _description = "Use of Parts"

    def _taking(self, location_id, lots):
        """Return the parts, knowing where they are taken from and which lots.

        :param int location_id: as planned when empty
        :param list lots: see `action_use`
        """
        values = {}
        if location_id:
            self._check_source_location(location_id)
            values["service_taken_from"] = location_id
        if lots:
            self.ensure_one()
            values["service_taken_lots"] = tuple(
                (lot.id, quantity) for lot, quantity in self._find_lots(lots).items()
            )
        return self.with_context(**values) if values else self

    def action_correct(self, quantity):
        """Bring the quantity used for good to what it really was.

        More is taken from where the part was taken before, less goes back there.

        :param float quantity: in the unit of the part
        """
        self.ensure_one()
        if self.uom_id.compare(quantity, 0.0) < 0:
            raise UserError(
                self.env._(
                    "%(part)s: the quantity cannot be negative.", part=self.display_name
                )
            )
        delta = quantity - self.consumed_qty
        if self.uom_id.compare(delta, 0.0) > 0:
            # Technicians have no access to stock moves.
            last = self.sudo()._get_done_moves()[-1:]
            return self.action_use(delta, location_id=last.location_id.id)
        if self.uom_id.compare(delta, 0.0) < 0:
            return self.action_return(-delta)
        return True

    # -------------------------------------------------------------------- places
    def _get_source_location(self):
        """Return where the parts are taken from now."""
        location_id = self.env.context.get("service_taken_from")
        if location_id:
            return self.env["stock.location"].browse(location_id)
        return self.location_id

    @api.model
    def _get_usable_locations(self, company):
        """Return where the user may take parts from, likeliest first.

        His own van, the stock of the warehouses, the vans of his colleagues.
        """
        # Which places there are is no secret, whoever may see the stock.
        locations = self.env["stock.location"].sudo()
        vans = locations.search(
            [("service_van", "=", True), ("company_id", "=", company.id)]
        )
        own = self.env["field.service.my.day"]._get_own_vans(company)
        # As above.
        warehouses = self.env["stock.warehouse"].sudo()
        warehouses = warehouses.search([("company_id", "=", company.id)])
        usable = own | warehouses.lot_stock_id | vans
        return usable.filtered(lambda place: place.usage == "internal")

    def _check_source_location(self, location_id):
        """Refuse what no part of these orders can be taken from."""
        # To say what is wrong with it, whoever may see it.
        location = self.env["stock.location"].sudo().browse(location_id).exists()
        for part in self:
            if location.usage != "internal" or location.company_id != part.company_id:
                raise UserError(
                    self.env._(
                        "Parts of %(order)s cannot be taken from %(location)s: that is "
                        "no stock of %(company)s.",
                        order=part.order_id.name,
                        location=location.display_name or location_id,
                        company=part.company_id.name,
                    )
                )
        office = ("field_service.group_dispatcher", "stock.group_stock_user")
        if self.env.su or any(self.env.user.has_group(group) for group in office):
            return
        usable = self._get_usable_locations(self.company_id)
        usable |= self.location_id
        if not any(location._child_of(place) for place in usable):
            raise UserError(
                self.env._(
                    "Parts are taken from vans and warehouses, and %(location)s is "
                    "neither.",
                    location=location.display_name,
                )
            )

    def _free_elsewhere(self):
        """Free what is reserved in another place than the one it is taken from."""
        if self.env.context.get("service_taken_from"):
            for part in self:
                moves = part._get_open_moves()
                (moves - part._filter_from_source(moves))._action_cancel()

    def _filter_from_source(self, moves):
        """Return the moves that take from where the part is taken from now."""
        source = self._get_source_location()
        return moves.filtered(lambda move: move.location_id._child_of(source))

    # ------------------------------------------------------------------ warnings
    @api.model
    def _get_believed(self, product, location, lot=None):
        """Return what the system believes is there, in the product's unit."""
        domain = [
            ("product_id", "=", product.id),
            ("location_id", "child_of", location.id),
        ]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        # How many there are is no secret; what they cost is not said.
        quants = self.env["stock.quant"].sudo()
        ((quantity,),) = quants._read_group(domain, [], ["quantity:sum"])
        return quantity or 0.0

    def _get_use_warning(self, quantity, location=None, lots=None):
        """Say that less is there than is to be used, or nothing.

        :param float quantity: in the unit of the part
        :param dict lots: {lot: quantity in the product's unit}
        """
        self.ensure_one()
        product, location = self.product_id, location or self.location_id
        if self.customer_supplied or not product.is_storable or not location:
            return ""
        unit = product.uom_id
        wanted = lots or {None: self._to_product_unit(quantity)}
        for lot, amount in wanted.items():
            believed = self._get_believed(product, location, lot)
            if unit.compare(amount, believed) > 0:
                return self._describe_shortage(location, believed, lot)
        return ""

    def _describe_shortage(self, location, believed, lot=None):
        return self.env._(
            "%(location)s: the system believes that %(believed)s %(unit)s of %(part)s "
            "are there. Its stock becomes negative.",
            # The name of a place is no secret.
            location=location.sudo().display_name,
            believed=f"{believed:g}",
            unit=self.product_id.uom_id.name,
            part=f"{self.display_name} {lot.name}" if lot else self.display_name,
        )

    # --------------------------------------------------------------------- units
    def _to_product_unit(self, quantity):
        unit = self.product_id.uom_id
        return self.uom_id._compute_quantity(quantity, unit, round=False)

    def _from_product_unit(self, quantity):
        return self.product_id.uom_id._compute_quantity(
            quantity, self.uom_id, round=False
        )

    def _from_unit(self, quantity, unit):
        """Convert a quantity to the unit of the part, exactly or not at all."""
        self.ensure_one()
        if not unit or unit == self.uom_id:
            return quantity
        if unit._has_common_reference(self.uom_id):
            converted = unit._compute_quantity(quantity, self.uom_id)
            back = self.uom_id._compute_quantity(converted, unit, round=False)
            if unit.compare(back, quantity) == 0:
                return converted
        raise UserError(
            self.env._(
                "%(quantity)s %(unit)s of %(part)s cannot be expressed in %(other)s.",
                quantity=f"{quantity:g}",
                unit=unit.name,
                part=self.display_name,
                other=self.uom_id.name,
            )
        )
