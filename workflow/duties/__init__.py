"""The language of separation of duty, and what a diagram alone can say of it: pure, without a database.

`language`: rules as a diagram or a policy writes them; `ways`: which elements stand on every way through a diagram;
`filling`: whether the people there are can do all that is drawn. Who may act now is judged by `workflow.separation`.
"""
