from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare


class FieldServiceVanTransferCheck(models.AbstractModel):
    """What can be asked from a colleague, by whom, and in which words it cannot."""

    _name = "field.service.van.transfer.check"
    _description = "Checks of Transfers between Vans"

    @api.model
    def _check_may_ask(self, destination, part):
        """A technician asks for his own van, or for a part of his work orders."""
        if part:
            part.check_access("write")
            return
        if self.env.su or self.env.user.has_group("field_service.group_dispatcher"):
            return
        own = self.env["field.service.van.position"]._get_own_vans()
        if not own:
            raise UserError(
                self.env._("You have no van yet. Your service manager sets it up.")
            )
        if destination not in own:
            raise UserError(
                self.env._(
                    "%(van)s is not your van: only a dispatcher has parts brought to "
                    "somebody else.",
                    van=destination.display_name,
                )
            )

    @api.model
    def _check_vans(self, source, destination, product):
        for location in source, destination:
            if not location.service_van:
                raise UserError(
                    self.env._(
                        "%(location)s is no van: transfers from the warehouse are made "
                        "by the inventory.",
                        location=location.display_name,
                    )
                )
        if source == destination:
            raise UserError(
                self.env._(
                    "It is in %(van)s already: just use it.", van=source.display_name
                )
            )
        companies = source.company_id | destination.company_id | product.company_id
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "%(van)s and %(other)s belong to different companies: parts are "
                    "sold from one to the other, not handed over.",
                    van=source.display_name,
                    other=destination.display_name,
                )
            )

    @api.model
    def _check_van_of_part(self, destination, part):
        if destination != part.location_id:
            raise UserError(
                self.env._(
                    "%(part)s of %(order)s is taken from %(location)s: it must be "
                    "brought there.",
                    part=part.display_name,
                    order=part.order_id.name,
                    location=part.location_id.display_name,
                )
            )

    @api.model
    def _check_positive(self, quantity, product):
        if product.uom_id.compare(quantity, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "%(product)s: the quantity must be more than zero.",
                    product=product.display_name,
                )
            )

    @api.model
    def _check_available(self, source, product, lot, quantity):
        """Say what is there before anything is made."""
        self._check_positive(quantity, product)
        if lot and lot.product_id != product:
            raise UserError(
                self.env._(
                    "%(lot)s is a number of %(other)s, not of %(product)s.",
                    lot=lot.name,
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            )
        free = self._get_free(source, product, lot)
        if product.uom_id.compare(quantity, free) > 0:
            self._refuse(source, product, lot, free)

    @api.model
    def _get_free(self, source, product, lot):
        """Return what nobody has reserved in a van."""
        domain = [
            ("location_id", "child_of", source.id),
            ("product_id", "=", product.id),
        ]
        if lot:
            domain.append(("lot_id", "=", lot.id))
        ((on_hand, reserved),) = self.env["stock.quant"]._read_group(
            domain, [], ["quantity:sum", "reserved_quantity:sum"]
        )
        return max((on_hand or 0.0) - (reserved or 0.0), 0.0)

    def _check_new_quantity(self, quantity):
        """Say whether another quantity may be agreed on, before anything changes."""
        self._check_still_open()
        # The two agree on how many; moves and quants are none of their rights.
        for transfer in self.sudo():
            transfer._check_positive(quantity, transfer.product_id)
            more = quantity - transfer.quantity
            if transfer.product_id.uom_id.compare(more, 0.0) <= 0:
                continue
            if transfer.part_id:
                transfer.part_id._check_can_be_asked_for(
                    transfer.product_id, quantity, transfer
                )
            reserved = transfer.picking_id.move_ids.quantity
            free = reserved + transfer._get_free(
                transfer.source_id, transfer.product_id, transfer.lot_id
            )
            if transfer.product_id.uom_id.compare(quantity, free) > 0:
                transfer._refuse(
                    transfer.source_id, transfer.product_id, transfer.lot_id, free
                )

    def _refuse_quantity(self, source, lot):
        """Say that somebody was faster."""
        self.ensure_one()
        move = self.picking_id.move_ids
        free = self._get_free(source, self.product_id, lot) + move.quantity
        self._refuse(source, self.product_id, lot, free)

    @api.model
    def _refuse(self, source, product, lot, free):
        place = lot and float_compare(free, 0.0, precision_digits=6) <= 0
        elsewhere = self._get_places(lot) - source if place else source.browse()
        if elsewhere:
            raise UserError(
                self.env._(
                    "%(lot)s of %(product)s is not in %(van)s but in %(places)s.",
                    lot=lot.name,
                    product=product.display_name,
                    van=source.display_name,
                    places=", ".join(elsewhere.mapped("display_name")),
                )
            )
        raise UserError(
            self.env._(
                "Only %(free)s %(unit)s of %(product)s are free in %(van)s.",
                free=f"{product.uom_id.round(free):g}",
                unit=product.uom_id.name,
                product=" ".join(filter(None, (product.display_name, lot.name))),
                van=source.display_name,
            )
        )

    @api.model
    def _get_places(self, lot):
        """Return where a lot is now, as far as the company's own stock goes."""
        quants = self.env["stock.quant"].search(
            [
                ("lot_id", "=", lot.id),
                ("quantity", ">", 0),
                ("location_id.usage", "in", ("internal", "customer", "transit")),
            ]
        )
        return quants.location_id
