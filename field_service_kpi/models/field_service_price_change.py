from odoo import fields, models
from odoo.exceptions import UserError


class FieldServicePriceChange(models.AbstractModel):
    """Setting a proposed price, and taking it back."""

    _name = "field.service.price.change"
    _description = "Change of a Price"

    # --------------------------------------------------------------------- prices
    def _read_price(self):
        """Return today's price, in the currency of the company."""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        if not product:
            return 0.0
        if not self.pricelist_id:
            return product.lst_price
        return self.pricelist_id._get_product_price(
            product, 1.0, currency=self.company_id.currency_id
        )

    def action_apply(self):
        """Set the proposed price, and keep what is needed to take it back."""
        for proposal in self:
            proposal._check_appliable()
            previous = proposal._read_price()
            item, is_new = proposal._set_price(proposal.proposed_price)
            proposal.write(
                {
                    "state": "applied",
                    "previous_price": previous,
                    "pricelist_item_id": item.id,
                    "is_new_item": is_new,
                    "applied_on": fields.Datetime.now(),
                    "applied_by_id": self.env.user.id,
                }
            )
            proposal._log_price(previous, proposal.proposed_price)
        return True

    def _check_appliable(self):
        """Say, in words, why a price cannot be set."""
        if self.state != "proposed":
            raise UserError(self.env._("%(name)s is decided already.", name=self.name))
        if self.currency_id.compare_amounts(self.proposed_price, 0.0) <= 0:
            raise UserError(self.env._("%(name)s: enter a price.", name=self.name))
        if self.job_type_id and not self.job_type_id.fixed_product_id:
            raise UserError(
                self.env._(
                    "%(name)s is sold with the product of all fixed prices. Give the "
                    "job type a product of its own first.",
                    name=self.name,
                )
            )
        self._check_price_rights()

    def _check_price_rights(self):
        place = self.pricelist_id.item_ids if self.pricelist_id else self.product_id
        if not place.has_access("write"):
            raise UserError(
                self.env._(
                    "Prices are changed by whoever may edit products and pricelists. "
                    "Ask one of them to apply the proposal."
                )
            )

    def _set_price(self, price):
        """Set the price where it belongs; return the item and whether it is new."""
        product = self.product_id.with_company(self.company_id)
        item = self.env["product.pricelist.item"]
        pricelist = self.pricelist_id
        if not pricelist:
            product.lst_price = price
            return item, False
        price = self.currency_id._convert(
            price, pricelist.currency_id, self.company_id, fields.Date.today()
        )
        item = pricelist.item_ids.filtered(
            lambda rule: rule.product_id == product
            and rule.compute_price == "fixed"
            and rule.min_quantity <= 1.0
            and not rule.date_start
            and not rule.date_end
        )[:1]
        if item:
            item.fixed_price = price
            return item, False
        values = {
            "pricelist_id": pricelist.id,
            "applied_on": "0_product_variant",
            "product_id": product.id,
            "compute_price": "fixed",
            "fixed_price": price,
        }
        return item.create(values), True

    def action_undo(self):
        """Take the price back to what it was, unless somebody has changed it since."""
        for proposal in self:
            if proposal.state != "applied":
                raise UserError(
                    self.env._("%(name)s is not applied.", name=proposal.name)
                )
            proposal._check_price_rights()
            now, then = proposal._read_price(), proposal.proposed_price
            if proposal.currency_id.compare_amounts(now, then):
                raise UserError(
                    self.env._(
                        "%(name)s: the price was changed since. Set it by hand.",
                        name=proposal.name,
                    )
                )
            if proposal.is_new_item:
                proposal.pricelist_item_id.unlink()
            else:
                proposal._set_price(proposal.previous_price)
            proposal.state = "undone"
            proposal._log_price(then, proposal.previous_price)
        return True

    def _log_price(self, before, after):
        """Note the change on the proposal and on the product."""
        body = self.env._(
            "%(name)s: price %(before)s -> %(after)s%(place)s. Actual cost per use of "
            "%(n)s orders: P50 %(p50)s, P80 %(p80)s; target margin %(target)s %%.",
            name=self.name,
            before=self.currency_id.format(before),
            after=self.currency_id.format(after),
            place=f" ({self.pricelist_id.display_name})" if self.pricelist_id else "",
            n=self.n,
            p50=self.currency_id.format(self.cost_p50),
            p80=self.currency_id.format(self.cost_p80),
            target=round(self.target_margin, 1),
        )
        self.message_post(body=body)
        self.product_id.product_tmpl_id.message_post(body=body)
