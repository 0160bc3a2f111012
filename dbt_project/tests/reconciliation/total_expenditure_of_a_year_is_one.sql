{#
    What it is: years in which the rows of the training budget name different totals of the regional expenditure.
    When it matters: for the shares of the year, which are of the total in the latest delivery.
    How to resolve it: ask which total is right and have all rows of the year delivered with it.
    Who mends it: BKAD.
#}
select
    year,
    count(distinct total_regional_expenditure_idr) as n_totals
from {{ ref('fct_training_budget') }}
group by year
having count(distinct total_regional_expenditure_idr) > 1
