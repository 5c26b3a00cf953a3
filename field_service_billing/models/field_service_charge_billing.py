from collections import defaultdict
from typing import NamedTuple

from odoo import api, models

from .field_service_charge_rules import RULE_FIELDS

# Kinds the system derives from the work, and from what they come to together; the
# others are entered by people.
WORK_KINDS = ("labour", "travel", "part", "fixed", "flat", "callout", "external")
TOTAL_KINDS = ("minimum", "limit")
DERIVED_KINDS = WORK_KINDS + TOTAL_KINDS
QUANTITY_FIELDS = ("worked_qty", *RULE_FIELDS)
# Known to those only who import it: no call of the interface can give it.
RELEASING = object()


class ChargeTarget(NamedTuple):
    """What one source of an order's work should be charged, in all.

    ``price`` is given for work sold at a price of its own (fixed price); None takes
    the customer's pricelist. ``uplifts`` are pairs of a rule and what it adds to the
    quantity worked, ``source`` is the model and the id of what is neither a visit nor
    a part.
    """

    order: models.BaseModel
    kind: str
    visit: models.BaseModel
    part: models.BaseModel
    product: models.BaseModel
    quantity: float
    uom: models.BaseModel
    price: float | None
    name: str
    uplifts: tuple = ()
    source: tuple = (False, 0)

    @property
    def key(self):
        """What the charge is about: one open charge per key."""
        return (self.order, self.kind, self.visit, self.part, *self.source)

    @property
    def quantities(self):
        """Quantity worked, and by rule, as {field of the charge: quantity}."""
        uplifts = dict.fromkeys(RULE_FIELDS, 0.0) | dict(self.uplifts)
        return {"worked_qty": self.quantity, **uplifts}

    def is_empty(self, values):
        """Tell whether values of a charge say that nothing was worked nor added."""
        return all(self.uom.is_zero(values[name]) for name in QUANTITY_FIELDS)


class FieldServiceChargeBilling(models.AbstractModel):
    """How charges follow the work and reach a sales order.

    *Target minus what is invoiced*: a charge on an invoice never changes; what comes
    later is a charge of its own, negative when less was worked.
    """

    _name = "field.service.charge.billing"
    _description = "Billing of Charges"

    # ------------------------------------------------------------------ converge
    @api.model
    def _sync_targets(self, orders, targets, kinds=WORK_KINDS):
        """Bring the derived charges of ``orders`` to ``targets``. Idempotent.

        :param tuple kinds: kinds of charges that the targets are all of
        """
        charges = self.search([("order_id", "in", orders.ids), ("kind", "in", kinds)])
        known = charges.grouped(lambda charge: charge._get_source_key())
        values = []
        for target in targets:
            values += known.pop(target.key, self.browse())._converge(target)
        for rest in known.values():
            values += rest._converge(rest._get_empty_target())
        if values:
            # The unique index reads the table, not the cache.
            self.flush_model(["sale_line_id"])
        created = self.create(values)
        (charges.exists() | created)._link_moves()
        return created

    def _get_source_key(self):
        source = (self.source_model or False, self.source_id or 0)
        return (self.order_id, self.kind, self.visit_id, self.part_id, *source)

    def _get_empty_target(self):
        """Return the target of charges whose source is gone: nothing."""
        charge = self[-1]
        *about, model, source_id = charge._get_source_key()
        priced = charge.kind == "fixed" or charge.price_origin == "fixed"
        return ChargeTarget(
            *about,
            product=charge.product_id,
            quantity=0.0,
            uom=charge.product_uom_id,
            price=0.0 if priced else None,
            name=charge.name,
            source=(model, source_id),
        )

    def _converge(self, target):
        """Let the free charge of one source carry what is not invoiced yet.

        :return: values of the charges to create
        :rtype: list[dict]
        """
        locked = self.filtered(lambda charge: charge._is_locked())
        free = (self - locked).sorted(lambda charge: not charge.sale_line_id)
        keep, rest = free[:1], free[1:]
        rest._drop()
        values = locked._prepare_remaining_values(target)
        if keep:
            empty = target.is_empty(values)
            if empty and not keep.sale_line_id:
                keep._drop()
            else:
                keep._update_derived(values)
            return []
        return [] if target.is_empty(values) else [values]

    def _prepare_remaining_values(self, target):
        """Return the values of the charge that brings ``self`` (invoiced) to target."""
        values = {
            "order_id": target.order.id,
            "kind": target.kind,
            "visit_id": target.visit.id,
            "part_id": target.part.id,
            "product_id": target.product.id,
            "product_uom_id": target.uom.id,
            "name": target.name,
            "source_model": target.source[0],
            "source_id": target.source[1],
        }
        if target.price is not None:
            return {**values, **self._prepare_priced_values(target)}
        quantities = {
            name: quantity - sum(self.mapped(name))
            for name, quantity in target.quantities.items()
        }
        if sum(quantities.values()) < 0 and self:
            # What goes back goes back at the price at which it was billed.
            values |= {
                "price_unit": self[-1].price_unit,
                "price_origin": "manual",
                "discount": self[-1].discount,
            }
        return {**values, **quantities}

    def _prepare_priced_values(self, target):
        """Return quantities and price that bring ``self`` to a target with a price.

        What was billed stays; the difference in money is one more piece.
        """
        values = {"price_unit": target.price, "price_origin": "fixed"}
        if not self:
            return {**target.quantities, **values}
        billed = sum(charge._get_demand_qty() * charge.price_unit for charge in self)
        price = sum(target.quantities.values()) * target.price - billed
        empty = target.order.billing_currency_id.is_zero(price)
        wanted = target.quantities
        carried = [name for name in wanted if wanted[name] or self[-1][name]]
        carrier = carried[0] if carried else "worked_qty"
        return {
            **dict.fromkeys(QUANTITY_FIELDS, 0.0),
            carrier: 0.0 if empty else 1.0,
            **values,
            "price_unit": price,
        }

    def _update_derived(self, values):
        """Bring a charge that may still change to new values, if they are new."""
        self.ensure_one()
        changed = {}
        uom = self.product_uom_id
        for name in QUANTITY_FIELDS:
            if uom.compare(self[name], values[name]) != 0:
                changed[name] = values[name]
        if values["product_id"] and not self.product_id:
            changed["product_id"] = values["product_id"]
            changed["product_uom_id"] = values["product_uom_id"]
            changed["name"] = values["name"]
        price = values.get("price_unit", self.price_unit)
        agreed = self.price_origin in ("manual", "quoted")
        if not agreed and self.currency_id.compare_amounts(self.price_unit, price):
            changed |= {"price_unit": price, "price_origin": values["price_origin"]}
        if changed:
            self.write(changed)
        else:
            # A computed quantity (coverage) reaches the sale line here.
            self._sync_sale_lines()

    def _drop(self):
        """Take away charges for work that is not there, as far as they may change."""
        self.filtered(lambda charge: not charge.sale_line_id).unlink()
        ordered = self.exists()
        if ordered:
            nothing = dict.fromkeys((*QUANTITY_FIELDS, "covered_qty", "quantity"), 0.0)
            ordered.write(nothing)

    # --------------------------------------------------------------- sales order
    def _is_locked(self):
        """Tell whether the charge is on an invoice, or on a locked sales order."""
        self.ensure_one()
        line = self.sale_line_id
        # The work that was sold goes on when the sales order is locked.
        return self._is_billed() or (line.is_service_charge and line.order_id.locked)

    def _prepare_sale_line_values(self, sale_order):
        """Return the values of the sale line that carries this charge."""
        self.ensure_one()
        return {
            "order_id": sale_order.id,
            "service_order_id": self.order_id.id,
            "is_service_charge": True,
            "product_id": self.product_id.id,
            "name": self._get_sale_line_name(),
            "product_uom_qty": self.quantity,
            "product_uom_id": self.product_uom_id.id,
            "price_unit": self._get_sale_price(sale_order),
            "discount": self.discount,
        }

    def _get_sale_price(self, sale_order):
        """Return the sale line's price: included taxes follow the fiscal position."""
        product = self.product_id.with_company(self.company_id)
        return product._get_tax_included_unit_price_from_price(
            self.price_unit,
            product_taxes=product.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=sale_order.fiscal_position_id,
        )

    def _create_sale_lines(self, sale_orders):
        """Put the charges on sales orders, without any second delivery.

        :param dict sale_orders: charge -> sales order
        """
        lines = self.env["sale.order.line"].with_context(
            skip_procurement=True, sale_no_log_for_new_lines=True
        )
        created = lines.create(
            [charge._prepare_sale_line_values(sale_orders[charge]) for charge in self]
        )
        for charge, line in zip(self, created, strict=True):
            charge.sale_line_id = line
        self._link_moves()
        return created

    def _sync_sale_lines(self):
        """Carry what changed to the sale lines that may still change."""
        for charge in self:
            line = charge.sale_line_id
            if not line.is_service_charge or charge._is_locked():
                continue
            price = charge._get_sale_price(line.order_id)
            values = {}
            if charge.product_uom_id.compare(line.product_uom_qty, charge.quantity):
                values["product_uom_qty"] = charge.quantity
                if charge.uplift_qty:
                    values["name"] = charge._get_sale_line_name()
            if line.currency_id.compare_amounts(line.price_unit, price):
                values["price_unit"] = price
            if line.discount != charge.discount:
                values["discount"] = charge.discount
            if values:
                line.with_context(skip_procurement=True).write(values)

    def _link_moves(self):
        """Show used parts on their sale lines, after the lines are made.

        Lots are then printed on the invoice, and core posts no cost of goods sold.
        """
        # Whoever bills an order need not have any right on stock.
        charges = self.sudo().filtered(lambda charge: charge.sale_line_id)
        for charge in charges.filtered("part_id").sorted("id"):
            moves = charge.part_id.move_ids.filtered(
                lambda move: move.state == "done" and not move.sale_line_id
            )
            if moves and not charge._is_locked():
                moves.sale_line_id = charge.sale_line_id

    def _release(self):
        """Take charges off their sales order: they are open again.

        A source with several of them keeps one; the next process gives it the rest.
        """
        # Whoever cancels a sales order need not have any right on stock.
        moves = self.sudo().sale_line_id.move_ids
        moves.filtered("service_order_id").sale_line_id = False
        released = self._release_sold()
        doubles = self.browse()
        for charges in released._group_derived().values():
            doubles |= charges[1:]
        doubles.with_context(service_release_charges=RELEASING).unlink()
        rest = released.exists()
        rest.write({"sale_line_id": False})
        rest._forget_sold_price()

    def _group_derived(self):
        """Return these and other open charges by source, for derived kinds."""
        groups = defaultdict(self.browse)
        derived = self.filtered(lambda charge: charge.kind in DERIVED_KINDS)
        others = self.search(
            [
                ("order_id", "in", derived.order_id.ids),
                ("sale_line_id", "=", False),
                ("kind", "in", DERIVED_KINDS),
            ]
        )
        for charge in others | derived:
            groups[charge._get_source_key()] |= charge
        return {key: charges for key, charges in groups.items() if charges & self}
