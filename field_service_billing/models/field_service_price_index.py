from odoo import fields, models
from odoo.exceptions import UserError


class FieldServicePriceIndex(models.Model):
    """A published index that prices follow, with a value per month."""

    _name = "field.service.price.index"
    _description = "Price Index"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    source = fields.Char(help="Who publishes it, and on which base.")
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: for all companies."
    )
    value_ids = fields.One2many(
        comodel_name="field.service.price.index.value", inverse_name="index_id"
    )

    def _get_value(self, day):
        """Return the value of the month of a day.

        :raises UserError: when it has not been entered
        """
        self.ensure_one()
        month = day.replace(day=1)
        found = self.value_ids.filtered(lambda value: value.date == month)
        if not found:
            raise UserError(
                self.env._(
                    "Index “%(index)s” has no value for %(month)s: enter it under "
                    "Configuration > Price Indices.",
                    index=self.name,
                    month=month.strftime("%Y-%m"),
                )
            )
        return found.value
