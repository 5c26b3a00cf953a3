from odoo import models

# In the cache of a transaction: it was told already.
TOLD = "field_service.jit"


class FieldServiceLiveReport(models.AbstractModel):
    """Reports that add up posted items at every look.

    Their queries are made of hundreds of short expressions, which PostgreSQL compiles
    when it expects much work. That takes longer than it saves: seconds for a list that
    runs in a tenth of one, a fifth of the time on a million items.
    """

    _name = "field.service.live.report"
    _description = "Report on Posted Items"

    def _search(self, domain, *args, **kwargs):
        if not self.env.cr.cache.get(TOLD):
            self.env.cr.execute("SET LOCAL jit = off")
            self.env.cr.cache[TOLD] = True
        return super()._search(domain, *args, **kwargs)
