/** A notebook as Jupyter writes it: keys in the order of the alphabet, one space a step, numbers that JavaScript would write otherwise. */
export const NOTEBOOK = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "intro",
   "metadata": {},
   "source": [
    "# Title\\n",
    "\\n",
    "caf\\u00e9 and café \\"quoted\\" {not: [a, nest]}"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 3,
   "id": "sum",
   "metadata": {
    "scale": 1.0,
    "big": 12345678901234567890,
    "path": "C:\\\\",
    "source": ["not this one"]
   },
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "1e2\\n"
     ]
    },
    {
     "data": {
      "text/plain": [
       "100.0"
      ]
     },
     "execution_count": 3,
     "metadata": {},
     "output_type": "execute_result"
    }
   ],
   "source": [
    "print(1e2)\\n",
    "1e2"
   ]
  },
  {
   "cell_type": "raw",
   "id": "last",
   "metadata": {},
   "source": []
  }
 ],
 "metadata": {
  "kernelspec": {"name": "python3"}
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;
