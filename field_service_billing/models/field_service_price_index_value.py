from odoo import api, fields, models


class FieldServicePriceIndexValue(models.Model):
    """The value of an index in a month."""

    _name = "field.service.price.index.value"
    _description = "Value of a Price Index"
    _order = "date desc"
    _check_company_auto = True

    index_id = fields.Many2one(
        comodel_name="field.service.price.index",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="index_id.company_id", store=True, index=True)
    date = fields.Date(string="Month", required=True)
    value = fields.Float(digits=(16, 4), required=True)

    _date_uniq = models.Constraint(
        "UNIQUE(index_id, date)", "The index has a value for this month already."
    )
    _positive = models.Constraint(
        "CHECK(value > 0)", "The value of an index is more than zero."
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._get_month_values(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._get_month_values(vals))

    @api.model
    def _get_month_values(self, vals):
        """Store the first day of the month, whichever day was entered."""
        day = fields.Date.to_date(vals.get("date"))
        return {**vals, "date": day.replace(day=1)} if day else vals
