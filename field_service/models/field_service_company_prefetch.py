from odoo import models

GROUP = "field_service"


class FieldServiceCompanyPrefetch(models.AbstractModel):
    """Settings of the suite, read together when one of them is asked for.

    Companies are read in nearly every request, whatever it is about; dozens of
    settings more would be a tax on all of them.
    """

    _name = "field.service.company.prefetch"
    _description = "Settings Read When Asked for"

    def _post_model_setup__(self):
        result = super()._post_model_setup__()
        for field in self._fields.values():
            ours = field._modules and field._modules[0].startswith("field_service")
            if ours and field.prefetch is True:
                field.prefetch = GROUP
        return result
