{#
    What it is: units that lie as deep as the tree is climbed; what stands above the top of their path may be missing.
    When it matters: when figures are rolled up to the agency, whose figures then miss these units.
    How to resolve it: look at the path; raise the variable unit_max_depth in dbt_project.yml if the tree is that deep.
    Who mends it: whoever maintains the pipeline.
#}
select
    unit_id,
    path,
    depth,
    valid_from
from {{ ref('dim_unit') }}
where depth >= {{ var('unit_max_depth') }}
