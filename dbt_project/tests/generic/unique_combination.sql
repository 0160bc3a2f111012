{#
    What it is: no two rows of the model share the values of `columns`, the grain of the model; empty values are equal.
    When it matters: always; two rows of one grain are counted twice by whatever reads the model.
    How to resolve it: read the rows that the test returns; mend the model's de-duplication, or load the delivery again.
    Who mends it: whoever maintains the pipeline.
#}
{% test unique_combination(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as n_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
