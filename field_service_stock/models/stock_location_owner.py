from odoo import fields, models
from odoo.fields import Domain


class FieldServiceLocationOwner(models.AbstractModel):
    """Places for what belongs to customers."""

    _name = "field.service.location.owner"
    _description = "Places for Units of Customers"

    service_customer_units = fields.Boolean(
        string="Units of Customers",
        help="What lies here belongs to customers: it is never part of the value of "
        "our stock, whatever the cost method.",
    )

    def _should_be_valued(self):
        """Count no unit of a customer as our stock.

        Its owner alone does not do it: with FIFO core counts what others own.
        """
        return not self.service_customer_units and super()._should_be_valued()

    def _search_is_valued(self, operator, value):
        domain = Domain(super()._search_is_valued(operator, value))
        ours = Domain("service_customer_units", "=", False)
        positive = (operator == "=") == bool(value)
        return domain & ours if positive else domain | ~ours
