from odoo import models


class FieldServiceOrderCopy(models.AbstractModel):
    """Duplicates and callbacks, for those who may not see every field too."""

    _name = "field.service.order.copy"
    _description = "Copies of Work Orders"

    def copy_data(self, default=None):
        """Return what a copy takes along: only what the user may write himself."""
        self.check_access("read")
        hidden = {
            name
            for name, field in self._fields.items()
            if not self._has_field_access(field, "write")
        }
        # Core reads every field. What the user may not see is read for nobody: it is
        # left out of the copy, and worked out anew.
        copies = super(FieldServiceOrderCopy, self.sudo()).copy_data(default)
        return [
            {name: value for name, value in values.items() if name not in hidden}
            for values in copies
        ]
